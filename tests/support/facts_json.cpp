// SPDX-License-Identifier: MIT
#include "support/facts_json.hpp"

#include <map>
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

Hold hold_named(const Json& name) {
  static const std::map<std::string, Hold> holds{{"immutable", Hold::immutable},
                                                 {"append_only", Hold::append_only},
                                                 {"mount_point", Hold::mount_point},
                                                 {"swap_file", Hold::swap_file},
                                                 {"not_permitted", Hold::not_permitted}};
  return holds.at(name.get<std::string>());
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
  members.get("free_backup_name", fact.free_backup_name);
  for (const Json& hold : object_or_empty(members.find("holds"))) fact.holds.push_back(hold_named(hold));
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

Limit limit_from(const Json& json, LimitKind kind) {
  Limit limit{kind, {}, {}};
  Members members(json, "limit");
  if (const Json* bytes = members.find("bytes")) limit.bytes = bytes->get<std::uint64_t>();
  if (const Json* inodes = members.find("inodes")) limit.inodes = inodes->get<std::uint64_t>();
  members.no_others();
  return limit;
}

Databases databases_from(const Json& json) {
  Databases databases;
  Members members(json, "databases");
  members.get("directory", databases.directory);
  databases.nearest = databases.directory;
  members.get("nearest", databases.nearest);
  members.get("place", databases.place);
  members.get("packages_size", databases.packages_size);
  members.get("state_size", databases.state_size);
  members.get("parked_size", databases.parked_size);
  members.no_others();
  return databases;
}

Place place_from(const Json& json) {
  Place place;
  Members members(json, "place");
  members.get("top", place.top);
  members.get("dev", place.dev);
  members.get("mount", place.mount);
  place.fs = file_system_from(members.find("fs"));
  place.super_block = place.dev;
  members.get("super_block", place.super_block);
  members.get("block_size", place.block_size);
  members.get("name_max", place.name_max);
  members.get("read_only_at", place.read_only_at);
  members.get("reclaimable_bytes", place.reclaimable_bytes);
  members.get("reclaimable_inodes", place.reclaimable_inodes);
  if (const Json* free = members.find("free")) place.limits.push_back(limit_from(*free, LimitKind::file_system));
  if (const Json* quota = members.find("quota")) place.limits.push_back(limit_from(*quota, LimitKind::user_quota));
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
  members.get("backup_directory", facts.backup_directory);
  if (const Json* databases = members.find("databases")) facts.databases = databases_from(*databases);
  if (const Json* limit = members.find("file_size_limit")) facts.file_size_limit = limit->get<std::uint64_t>();
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
  members.get("backup_unowned", request.backup_unowned);
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
