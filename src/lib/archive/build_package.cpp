// SPDX-License-Identifier: MIT
#include <fcntl.h>

#include <array>
#include <cstring>

#include "lib/archive/entry.hpp"
#include "lib/archive/output_file.hpp"
#include "lib/archive/pkginfo.hpp"
#include "lib/archive/tar_writer.hpp"
#include "lib/archive/tree_scan.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/partial_manifest.hpp"
#include "lib/model/rules.hpp"
#include "minipkg/package.hpp"

namespace minipkg {
namespace archive {
namespace {

std::string read_file(const std::string& name) {
  const Fd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) fail(ErrorKind::usage, "open", name, std::strerror(errno));
  std::string text;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(ErrorKind::usage, "read", name, std::strerror(errno));
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Manifest make_manifest(const BuildOptions& options, const SourceTree& tree) {
  const std::string where = options.manifest.value_or("");
  const PartialManifest partial =
      options.manifest ? parse_partial_manifest(read_file(where), where) : PartialManifest{};
  Manifest manifest = partial.description;
  if (options.name) manifest.name = *options.name;
  if (options.version) manifest.version = *options.version;
  if (options.arch) manifest.arch = *options.arch;
  if (std::string why = why_bad_identity(manifest); !why.empty()) {
    fail(ErrorKind::usage, "build", options.output, why,
         "give --name, --version and --arch, or a --manifest that says them");
  }
  manifest.files = tree.scan(options.owners, options.odd_names);
  apply_overrides(partial, manifest.files, where);
  for (FileEntry& file : manifest.files) file.mtime = options.source_date_epoch;
  complete_hard_links(manifest.files);
  manifest.installed_size = installed_size(manifest.files);
  return manifest;
}

void write_members(const Manifest& manifest, const std::string& json, const SourceTree& tree, std::int64_t mtime,
                   OutputFile& output) {
  TarWriter tar([&](std::span<const char> bytes) { output.write(bytes); });
  tar.add_text(manifest_path + 1, json, mtime);
  tar.add_text(pkginfo_path + 1, pkginfo(manifest, sha256(json), mtime), mtime);
  for (const FileEntry& file : manifest.files) {
    tar.begin(file);
    if (file.type != FileType::regular) continue;
    tree.read(file, [&](std::span<const char> bytes) { tar.data(bytes); });
    tar.end();
  }
  tar.finish();
}

}  // namespace
}  // namespace archive

Manifest build_package(const BuildOptions& options) {
  const archive::SourceTree tree(options.directory);
  const Manifest manifest = archive::make_manifest(options, tree);
  // Nobody should be able to build what nobody can install.
  const std::string json = canonical_json(manifest);
  parse_manifest(json, options.output + ": .MINIPKG/manifest.json", options.odd_names);
  archive::OutputFile output(options.output);
  archive::write_members(manifest, json, tree, options.source_date_epoch, output);
  output.commit();
  return manifest;
}

}  // namespace minipkg
