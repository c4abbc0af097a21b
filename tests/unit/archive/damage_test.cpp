// SPDX-License-Identifier: MIT
// Packages cut off, with bits turned, with something behind them, or in a format that is not read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "lib/archive/bare.hpp"
#include "lib/archive/input_file.hpp"
#include "lib/archive/manifest_member.hpp"
#include "lib/archive/payload.hpp"
#include "lib/archive/tar_reader.hpp"
#include "lib/base/fd.hpp"
#include "minipkg/error.hpp"
#include "minipkg/package.hpp"
#include "support/collector.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"

using namespace minipkg;
using namespace minipkg::archive;
using namespace minipkg::test;
using testing::HasSubstr;

namespace {

constexpr std::uint64_t most_manifest_bytes = std::uint64_t{1} << 20U;

struct Content {
  Manifest manifest;
  std::map<std::string, std::string> files;
  bool operator==(const Content&) const = default;
};

class Damage : public testing::Test {
 protected:
  void SetUp() override {
    dir_.write("tree/usr/bin/hello", std::string(600, 'h'));
    dir_.write("tree/etc/conf", "conf");
    dir_.link("hello", "tree/usr/bin/link");
  }

  std::string native() const { return build("native.tar"); }

  /// A bare one: no manifest tells what it should hold.
  static std::string bare() {
    return tar_directory("./") + tar_file("./a", std::string(600, 'a')) + pax_header(pax_record("path", "./b")) +
           tar_file("x", "b") + tar_link('1', "./c", "./a") + tar_end();
  }

  std::string build(const std::string& name) const {
    BuildOptions options;
    options.directory = (dir_ / "tree").string();
    options.output = (dir_ / name).string();
    options.name = options.arch = "hello";
    options.version = "1";
    build_package(options);
    std::ifstream in(options.output, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What the package holds, or nothing if it is refused, which must be as a bad package. Read in this process: there
  /// are thousands of them.
  std::optional<Content> read(const std::string& bytes) const {
    const Fd fd(::memfd_create("package", MFD_CLOEXEC));
    if (::write(fd.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) throw std::bad_alloc();
    const std::string file = "/proc/self/fd/" + std::to_string(fd.get());
    try {
      const InputFile input(file);
      TarReader first(open_source(input), file), second(open_source(input), file);
      std::optional<Manifest> manifest = read_manifest(first, OddNames::refuse, most_manifest_bytes);
      const Package::Form form = manifest ? Package::Form::native : Package::Form::bare;
      if (!manifest) {
        TarReader all(open_source(input), file);
        manifest.emplace().files = scan_bare(all, SpecialFiles::refuse, OddNames::refuse).files;
      }
      Collector collector(*manifest);
      read_payload(second, form, OddNames::refuse, *manifest, collector);
      return Content{*manifest, collector.content};
    } catch (const Error& error) {
      message_ = error.what();
      EXPECT_EQ(error.kind(), ErrorKind::bad_package) << message_;
      EXPECT_THAT(message_, HasSubstr(file));
      return {};
    }
  }

  std::string refusal(const std::string& bytes) const { return read(bytes) ? "accepted" : message_; }

  TempDir dir_;
  mutable std::string message_;
};

const char* const filters[] = {"gzip", "xz", "zstd", "bzip2", "lz4"};

}  // namespace

TEST_F(Damage, ACutAtAnyPlaceIsRefused) {
  for (const std::string& tar : {native(), bare()}) {
    ASSERT_TRUE(read(tar)) << message_;
    for (std::size_t size = 0; size < tar.size(); ++size) EXPECT_FALSE(read(tar.substr(0, size))) << size;
  }
}

TEST_F(Damage, ACutOfCompressedDataAtAnyPlaceIsRefused) {
  for (const char* filter : filters) {
    const std::string packed = compressed(native(), filter);
    ASSERT_TRUE(read(packed)) << filter << ": " << message_;
    for (std::size_t size = 0; size < packed.size(); ++size)
      EXPECT_FALSE(read(packed.substr(0, size))) << filter << " " << size;
  }
}

TEST_F(Damage, ATurnedBitIsRefusedOrWithoutConsequence) {
  const std::string tar = native();
  const std::optional<Content> right = read(tar);
  ASSERT_TRUE(right);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < tar.size() * 8; bit += 19) {
    std::string damaged = tar;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const std::optional<Content> found = read(damaged);
    refused += found ? 0U : 1U;
    EXPECT_TRUE(!found || found == right) << bit;
  }
  EXPECT_GT(refused, 0U);
}

TEST_F(Damage, ATurnedBitOfCompressedDataIsRefusedOrWithoutConsequence) {
  for (const char* filter : filters) {
    const std::string packed = compressed(native(), filter);
    const std::optional<Content> right = read(packed);
    ASSERT_TRUE(right) << filter;
    for (std::size_t bit = 0; bit < packed.size() * 8; bit += 7) {
      std::string damaged = packed;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const std::optional<Content> found = read(damaged);
      EXPECT_TRUE(!found || found == right) << filter << " " << bit;
    }
  }
}

TEST_F(Damage, TurnedBitsOfABareTarNeverCrash) {
  const std::string tar = bare();
  for (std::size_t bit = 0; bit < tar.size() * 8; bit += 19) {
    std::string damaged = tar;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    read(damaged);
  }
}

TEST_F(Damage, AWrongGzipTrailerIsRefused) {
  const std::string packed = compressed(native(), "gzip");
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    std::string damaged = packed;
    damaged[packed.size() - from_end] = static_cast<char>(damaged[packed.size() - from_end] ^ 1);
    EXPECT_THAT(refusal(damaged), HasSubstr(from_end > 4 ? "incorrect data check" : "incorrect length check"))
        << from_end;
  }
}

TEST_F(Damage, SomethingBehindTheCompressedDataIsRefused) {
  for (const char* filter : filters) {
    for (const std::string& garbage : {std::string("x"), std::string("garbage"), std::string(512, '\0')}) {
      // xz allows zeros behind its data, in fours
      if (filter == std::string("xz") && garbage.size() == 512) continue;
      EXPECT_NE(refusal(compressed(native(), filter) + garbage), "accepted") << filter << " " << garbage.size();
    }
  }
}

TEST_F(Damage, CompressedDataInSeveralPartsIsOne) {
  const std::string tar = native();
  for (const char* filter : filters) {
    EXPECT_TRUE(read(compressed(tar.substr(0, 1000), filter) + compressed(tar.substr(1000), filter)))
        << filter << ": " << message_;
  }
}

TEST_F(Damage, OnlyOneFilterDeep) {
  EXPECT_THAT(refusal(compressed(compressed(native(), "gzip"), "zstd")),
              HasSubstr("its content is gzip data, not a tar archive"));
  EXPECT_THAT(refusal(compressed(compressed(native(), "xz"), "xz")), HasSubstr("the xz data is compressed twice"));
  EXPECT_THAT(refusal(compressed(compressed(native(), "xz"), "gzip")),
              HasSubstr("its content is xz data, not a tar archive"));
}

TEST_F(Damage, OtherFormatsAreRefusedByName) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "the file is empty"},
      {"hello world", "in no format that is known"},
      {std::string("\xED\xAB\xEE\xDB\x03", 5), "an RPM package"},
      {"!<arch>\ndebian-binary   ", "a Debian package"},
      {"!<arch>\nx", "an ar archive"},
      {"PK\x03\x04", "a zip archive"},
      {"7z\xBC\xAF\x27\x1C", "a 7-zip archive"},
      {"070701", "a cpio archive"},
      {compressed(native(), "lzip"), "lzip data"},
      {compressed(native(), "compress"), "compress (.Z) data"},
      {"\x7F"
       "ELF",
       "an ELF program"},
      {compressed("hello world", "gzip"), "truncated"},
      {compressed(std::string(600, 'x'), "zstd"), "in no format that is known here, not a tar archive"},
  };
  for (const auto& [bytes, why] : cases) EXPECT_THAT(refusal(bytes), HasSubstr(why));
}
