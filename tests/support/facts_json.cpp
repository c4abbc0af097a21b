// SPDX-License-Identifier: MIT
#include "support/facts_json.hpp"

#include <set>
#include <stdexcept>

#include "lib/model/json_text.hpp"

namespace minipkg::test {
namespace {

using Json = nlohmann::json;

/// Reads members of one object, and knows at the end which were never asked for.
class Members {
 public:
  Members(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  template <typename T>
  void get(const char* key, T& value) {
    if (const Json* found = find(key)) value = found->get<T>();
  }
  const Json* find(const char* key) {
    known_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  void no_others() const {
    for (const auto& [key, value] : object_.items()) {
      if (!known_.contains(key)) throw std::runtime_error(where_ + ": unknown member '" + key + "'");
    }
  }

 private:
  const Json& object_;
  std::string where_;
  std::set<std::string> known_;
};

const Json& object_or_empty(const Json* found) {
  static const Json empty = Json::object();
  return found == nullptr ? empty : *found;
}

/// File entries are written as in a manifest, and read by what reads manifests.
std::vector<FileEntry> files_from(const Json& array) {
  const Json manifest{
      {"schema", "minipkg-manifest/1"}, {"name", "any"}, {"version", "0"}, {"arch", "any"}, {"files", array}};
  return parse_manifest(manifest.dump(), "facts").files;
}

Identity identity_from(const Json& json) {
  Identity identity;
  Members members(json, "identity");
  members.get("dev", identity.dev);
  members.get("ino", identity.ino);
  members.get("birth", identity.birth);
  members.no_others();
  return identity;
}

FileSystem file_system_from(const Json* name) {
  if (name == nullptr) return FileSystem::complete;
  if (*name == "layered") return FileSystem::layered;
  if (*name == "unknown") return FileSystem::unknown;
  if (*name == "fat") return FileSystem::fat;
  throw std::runtime_error("facts: no such file system: " + name->dump());
}

OnDisk on_disk_from(const Json& json) {
  OnDisk disk;
  Members members(json, "disk");
  std::string type = "file", mode = "0644";
  members.get("type", type);
  members.get("mode", mode);
  disk.type = json::file_type_named(type).value();
  disk.mode = static_cast<std::uint16_t>(std::stoul(mode, nullptr, 8));
  members.get("uid", disk.uid);
  members.get("gid", disk.gid);
  members.get("size", disk.size);
  members.get("mtime", disk.mtime_sec);
  members.get("mtime_nsec", disk.mtime_nsec);
  members.get("links", disk.links);
  members.get("target", disk.target);
  if (const Json* identity = members.find("identity")) disk.identity = identity_from(*identity);
  if (const Json* digest = members.find("digest"))
    disk.digest = digest_from_hex(digest->at("sha256").get<std::string>());
  members.no_others();
  return disk;
}

PathFact path_fact_from(const Json& json) {
  PathFact fact;
  Members members(json, "path");
  if (const Json* disk = members.find("disk")) fact.disk = on_disk_from(*disk);
  const Json& owners = object_or_empty(members.find("owners"));
  for (const auto& [package, entry] : owners.items()) {
    fact.owners.push_back({package, files_from(Json::array({entry})).front()});
  }
  members.get("place", fact.place);
  fact.fs = file_system_from(members.find("fs"));
  members.get("free_save_name", fact.free_save_name);
  if (const Json* displaced = members.find("displaced")) fact.displaced = identity_from(*displaced);
  members.get("passed_by", fact.passed_by);
  members.get("unowned_children", fact.unowned_children);
  members.no_others();
  return fact;
}

InstalledPackage installed_from(const std::string& name, const Json& json) {
  InstalledPackage package;
  Members members(json, "package");
  package.name = name;
  package.version_scheme = "rpm";
  package.arch = "x86_64";
  members.get("version", package.version);
  members.get("version_scheme", package.version_scheme);
  members.get("arch", package.arch);
  members.get("installed_size", package.installed_size);
  if (const Json* digest = members.find("digest")) {
    package.digest = digest_from_hex(digest->at("sha256").get<std::string>());
  }
  members.no_others();
  return package;
}

Place place_from(const Json& json) {
  Place place;
  Members members(json, "place");
  members.get("top", place.top);
  members.get("dev", place.dev);
  members.get("mount", place.mount);
  place.fs = file_system_from(members.find("fs"));
  members.no_others();
  return place;
}

Facts facts_from(const Json& json) {
  Facts facts;
  Members members(json, "facts");
  const Json& packages = object_or_empty(members.find("packages"));
  for (const auto& [name, package] : packages.items()) facts.packages[name] = installed_from(name, package);
  const Json& paths = object_or_empty(members.find("paths"));
  for (const auto& [path, fact] : paths.items()) facts.paths[path] = path_fact_from(fact);
  const Json& installed = object_or_empty(members.find("installed_files"));
  for (const auto& [name, files] : installed.items()) facts.installed_files[name] = files_from(files);
  const Json& places = object_or_empty(members.find("places"));
  for (const Json& place : places) facts.places.push_back(place_from(place));
  members.get("aliases", facts.aliases);
  facts.aliases_before = facts.aliases;
  members.get("aliases_before", facts.aliases_before);
  members.get("unsafe_directories", facts.unsafe_directories);
  members.get("users", facts.users);
  members.get("groups", facts.groups);
  members.no_others();
  return facts;
}

Request request_from(const Json& json, std::deque<Manifest>& manifests) {
  Request request;
  Members members(json, "request");
  for (const Json& manifest : object_or_empty(members.find("install"))) {
    manifests.push_back(parse_manifest(manifest.dump(), "request"));
    request.install.push_back(
        {&manifests.back(), manifest_digest(manifests.back()), manifests.back().name + ".pkg.tar"});
  }
  members.get("remove", request.remove);
  members.get("overwrite", request.overwrite);
  members.get("architectures", request.architectures);
  bool allow_downgrade = false, reinstall = false;
  members.get("allow_downgrade", allow_downgrade);
  members.get("reinstall", reinstall);
  request.downgrade = allow_downgrade ? Downgrade::allow : Downgrade::refuse;
  request.reinstall = reinstall ? Reinstall::force : Reinstall::skip;
  members.no_others();
  return request;
}

}  // namespace

PlanCase plan_case_from(const Json& json) {
  PlanCase plan_case;
  plan_case.request = request_from(json.at("request"), plan_case.manifests);
  plan_case.facts = facts_from(json.at("facts"));
  return plan_case;
}

}  // namespace minipkg::test
