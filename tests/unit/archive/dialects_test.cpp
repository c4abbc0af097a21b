// SPDX-License-Identifier: MIT
// Archives as other programs write them: each must come out as the tree that went in.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "lib/archive/tree_scan.hpp"
#include "lib/model/file_tree.hpp"
#include "minipkg/error.hpp"
#include "minipkg/package.hpp"
#include "support/collector.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"

using namespace minipkg;
using namespace minipkg::test;

namespace {

struct Writer {
  const char* name;
  const char* command;  ///< writes the tar of the current directory to stdout
  bool long_names = true;
  bool account_names = true;
};

/// GTest prints it.
void PrintTo(const Writer& writer, std::ostream* out) { *out << writer.name; }

class Dialects : public testing::TestWithParam<Writer> {
 protected:
  void SetUp() override {
    const std::string program = std::string(GetParam().command).substr(0, std::string(GetParam().command).find(' '));
    if (!run("command -v " + program)) GTEST_SKIP() << program << " is not installed";
    dir_.write("tree/bin/hello", std::string(30000, 'h'));
    ::chmod((dir_ / "tree/bin/hello").c_str(), 0755);
    std::filesystem::create_hard_link(dir_ / "tree/bin/hello", dir_ / "tree/bin/zweiter");
    dir_.write("tree/empty", "");
    dir_.write("tree/caf\xC3\xA9", "utf-8");
    dir_.write("tree/caf\xE9", "latin-1");
    dir_.link("../no/where", "tree/bin/link");
    dir_.directory("tree/dir");
    ::chmod((dir_ / "tree/dir").c_str(), 01777);
    make_sparse();
    if (GetParam().long_names) make_long_names();
  }

  void make_long_names() const {
    const std::string component(90, 'd');
    dir_.write("tree/" + component + "/" + component + "/" + component + "/caf\xC3\xA9", "deep");
    dir_.link(std::string(200, 't'), "tree/longlink");
  }

  void make_sparse() const {
    const int fd = ::open((dir_ / "tree/sparse").c_str(), O_WRONLY | O_CREAT, 0600);
    for (const off_t at :
         {off_t{1} << 20, off_t{3} << 20, off_t{5} << 20, off_t{7} << 20, off_t{9} << 20, off_t{11} << 20}) {
      ASSERT_EQ(::pwrite(fd, "data", 4, at), 4);
    }
    ASSERT_EQ(::ftruncate(fd, off_t{12} << 20), 0);
    ::close(fd);
  }

  static bool run(const std::string& command) {
    const int status = std::system((command + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  /// The tree as our own scan sees it, with the times of the disk.
  std::vector<FileEntry> expected() const {
    const minipkg::archive::SourceTree tree((dir_ / "tree").string());
    std::vector<FileEntry> files = tree.scan(BuildOwners::keep, OddNames::refuse);
    for (FileEntry& file : files) {
      struct stat status {};
      ::lstat((dir_.path().string() + "/tree" + file.path).c_str(), &status);
      file.mtime = status.st_mtime;
      if (!GetParam().account_names) file.owner.user = file.owner.group = "";
    }
    complete_hard_links(files);
    return files;
  }

  TempDir dir_;
};

}  // namespace

TEST_P(Dialects, ComeOutAsTheTreeThatWentIn) {
  const std::string tar = (dir_ / "plain.tar").string();
  const std::string command =
      "cd " + (dir_ / "tree").string() + " && " + GetParam().command + " > " + tar + " 2>/dev/null";
  ASSERT_TRUE(WEXITSTATUS(std::system(command.c_str())) == 0) << command;
  std::ifstream in(tar, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::vector<FileEntry> files = expected();
  for (const std::string filter : {"", "gzip", "xz", "zstd", "bzip2", "lz4"}) {
    const std::string file = (dir_ / "tree-1.noarch.pkg.tar").string();
    std::ofstream(file, std::ios::binary | std::ios::trunc) << (filter.empty() ? bytes : compressed(bytes, filter));
    const Package package = open_package(file);
    ASSERT_EQ(package.manifest().files.size(), files.size()) << filter;
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(package.manifest().files[i], files[i])
          << filter << ": " << files[i].path << " " << package.manifest().files[i].path;
    }
    Nothing nothing;
    EXPECT_NO_THROW(package.read_payload(nothing)) << filter;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Written, Dialects,
    testing::Values(Writer{"gnu_v7", "tar --format=v7 --sort=name -cf - .", false, false},
                    Writer{"gnu_oldgnu", "tar --format=oldgnu --sort=name -cf - ."},
                    Writer{"gnu_gnu", "tar --format=gnu --sort=name -cf - ."},
                    Writer{"gnu_gnu_sparse", "tar --format=gnu --sparse --sort=name -cf - ."},
                    Writer{"gnu_ustar", "tar --format=ustar --sort=name -cf - .", false},
                    Writer{"gnu_posix", "tar --format=posix --sort=name -cf - ."},
                    Writer{"gnu_posix_sparse_00", "tar --format=posix --sparse-version=0.0 --sort=name -cf - ."},
                    Writer{"gnu_posix_sparse_01", "tar --format=posix --sparse-version=0.1 --sort=name -cf - ."},
                    Writer{"gnu_posix_sparse_10", "tar --format=posix --sparse-version=1.0 --sort=name -cf - ."},
                    Writer{"gnu_posix_attributes", "tar --format=posix --xattrs --acls --sort=name -cf - ."},
                    Writer{"bsd_v7", "bsdtar --format=v7 -ncf - $(find . -mindepth 1 | LC_ALL=C sort)", false, false},
                    Writer{"bsd_ustar", "bsdtar --format=ustar -ncf - $(find . -mindepth 1 | LC_ALL=C sort)", false},
                    Writer{"bsd_gnutar", "bsdtar --format=gnutar -ncf - $(find . -mindepth 1 | LC_ALL=C sort)"},
                    Writer{"bsd_pax", "bsdtar --format=pax -ncf - $(find . -mindepth 1 | LC_ALL=C sort)"},
                    Writer{"python_pax",
                           "python3 -c \"import tarfile,sys; t=tarfile.open(mode='w|',fileobj=sys.stdout.buffer,"
                           "format=tarfile.PAX_FORMAT); t.add('.'); t.close()\""},
                    Writer{"python_gnu",
                           "python3 -c \"import tarfile,sys; t=tarfile.open(mode='w|',fileobj=sys.stdout.buffer,"
                           "format=tarfile.GNU_FORMAT); t.add('.'); t.close()\""}),
    [](const auto& parameter) { return parameter.param.name; });
