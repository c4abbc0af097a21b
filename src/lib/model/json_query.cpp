// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"
#include "minipkg/json.hpp"

namespace minipkg {

using json::Json;

std::string to_json(const std::vector<InstalledPackage>& packages) {
  Json array = Json::array();
  for (const InstalledPackage& package : packages) {
    Json object{{"digest", json::digest(package.digest)}, {"installed_size", package.installed_size}};
    json::put_text(object, "name", package.name);
    json::put_text(object, "version", package.version);
    json::put_text(object, "version_scheme", package.version_scheme);
    json::put_text(object, "arch", package.arch);
    array.push_back(std::move(object));
  }
  return json::answer("list", {{"packages", std::move(array)}});
}

std::string to_json(const std::vector<OwnedPath>& paths) {
  Json array = Json::array();
  for (const OwnedPath& owned : paths) {
    Json object{{"packages", json::text_array(owned.packages)}};
    json::put_text(object, "path", owned.path);
    array.push_back(std::move(object));
  }
  return json::answer("owner", {{"paths", std::move(array)}});
}

std::string to_json(const VerifyReport& report) {
  Json findings = Json::array();
  for (const VerifyFinding& finding : report.findings) {
    Json object{{"missing", finding.missing}};
    json::put_text(object, "package", finding.package);
    json::put_text(object, "path", finding.path);
    if (!finding.missing) object["flags"] = finding.flags;
    if (finding.attribute != ' ') object["attribute"] = std::string(1, finding.attribute);
    json::put_if_any(object, "detail", finding.detail);
    findings.push_back(std::move(object));
  }
  return json::answer(
      "verify",
      {{"checked", report.checked}, {"findings", std::move(findings)}, {"unknown", json::text_array(report.unknown)}});
}

namespace {

Json to_object(const HistoryFile& file) {
  Json object{{"action", file.action}};
  json::put_text(object, "path", file.path);
  if (file.old_digest) object["old_digest"] = json::digest(*file.old_digest);
  if (file.old_ino != 0) object["old_ino"] = file.old_ino;
  if (file.new_ino != 0) object["new_ino"] = file.new_ino;
  return object;
}

Json to_object(const HistoryEntry& entry) {
  return {{"transaction", entry.transaction},
          {"id", entry.id},
          {"outcome", entry.outcome},
          {"started", entry.started},
          {"finished", entry.finished},
          {"uid", entry.uid},
          {"kept", entry.kept},
          {"kept_bytes", entry.kept_bytes},
          {"command", json::text_array(entry.command)},
          {"changes", json::changes(entry.changes)}};
}

/// The members of a manifest without its files, which may be a million.
Json metadata(const Manifest& manifest) {
  Manifest head = manifest;
  head.files.clear();
  Json object = Json::parse(canonical_json(head));
  object.erase("files");
  return object;
}

}  // namespace

std::string to_json(const std::vector<HistoryEntry>& entries) {
  Json array = Json::array();
  for (const HistoryEntry& entry : entries) array.push_back(to_object(entry));
  return json::answer("history", {{"transactions", std::move(array)}});
}

std::string to_json(const HistoryEntry& entry) {
  Json object = to_object(entry);
  object["files"] = Json::array();
  for (const HistoryFile& file : entry.files) object["files"].push_back(to_object(file));
  return json::answer("history", {{"transactions", Json::array({std::move(object)})}});
}

std::string info_json(const Manifest& manifest) { return json::answer("info", metadata(manifest)); }

std::string files_json(const Manifest& manifest) {
  Json object = Json::parse(canonical_json(manifest));
  return json::answer("files", {{"name", std::move(object["name"])},
                                {"version", std::move(object["version"])},
                                {"files", std::move(object["files"])}});
}

std::string manifest_json(const Manifest& manifest) { return json::dump(Json::parse(canonical_json(manifest))) + "\n"; }

std::string inspect_json(const Package& package) {
  Json object{{"form", package.form() == Package::Form::native ? "native" : "bare"},
              {"digest", json::digest(package.digest())},
              {"special_files", json::text_array(package.special_files())},
              {"manifest", Json::parse(canonical_json(package.manifest()))}};
  json::put_text(object, "file", package.file());
  return json::answer("inspect", std::move(object));
}

}  // namespace minipkg
