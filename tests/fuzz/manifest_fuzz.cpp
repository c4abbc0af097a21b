// SPDX-License-Identifier: MIT
// A manifest: what is read, written and read again is the same, and what was let in keeps the rules.
#include "fuzz/json_mutator.hpp"
#include "fuzz/policy.hpp"
#include "lib/model/partial_manifest.hpp"
#include "lib/model/restart_hints.hpp"
#include "minipkg/json.hpp"

using namespace minipkg;
using fuzz::require;

namespace {

void check_complete(std::string_view text) {
  Manifest manifest;
  try {
    manifest = parse_manifest(text, "fuzz");
  } catch (const Error& error) {
    return fuzz::require_good_refusal(error, ErrorKind::bad_package);
  }
  fuzz::require_good_tree(manifest.files);
  const std::string written = canonical_json(manifest);
  const Manifest again = parse_manifest(written, "again");
  require(again == manifest, "a manifest is read alike twice");
  require(canonical_json(again) == written, "a manifest is written alike twice");
  require(manifest_digest(again) == manifest_digest(manifest), "a manifest has one digest");
  for (const std::string& answer : {info_json(manifest), files_json(manifest)}) {
    require(nlohmann::json::accept(answer), "an answer is JSON");
  }
  for (const UnitHint& hint : parse_restart_hints(written).units) hint.is_for("a@b.service");
}

/// Of what `build` packs: the builder's own files may have odd names, and who installs them is asked.
void check_partial(std::string_view text) {
  try {
    const PartialManifest partial = parse_partial_manifest(text, "fuzz");
    std::vector<FileEntry> files;
    for (const FileOverride& file : partial.files) {
      if (file.path == "/") continue;
      fuzz::require_good_path(file.path, OddNames::allow);
      files.push_back({});
      files.back().path = file.path;
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    apply_overrides(partial, files, "fuzz");
    for (const FileEntry& file : files) fuzz::require_good_entry(file, OddNames::allow);
  } catch (const Error& error) {
    fuzz::require_good_refusal(error, ErrorKind::bad_package);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_complete(text);
  check_partial(text);
  parse_restart_hints(text);
  return 0;
}
