// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"
#include "minipkg/json.hpp"

namespace minipkg {
namespace {

using json::Json;

const char* kind_of(const CreateDirectory&) { return "create_directory"; }
const char* kind_of(const CreateFile&) { return "create_file"; }
const char* kind_of(const ReplaceFile&) { return "replace_file"; }
const char* kind_of(const ChangeType&) { return "change_type"; }
const char* kind_of(const SetAttributes&) { return "set_attributes"; }
const char* kind_of(const SaveFile&) { return "save_file"; }
const char* kind_of(const RemoveFile&) { return "remove_file"; }
const char* kind_of(const RemoveDirectory&) { return "remove_directory"; }

Json to_object(const Source& source) { return {{"package", source.package}, {"entry", source.entry}}; }

Json to_object(const Attributes& attributes) {
  Json object{{"mode", json::mode(attributes.mode)}, {"uid", attributes.uid}, {"gid", attributes.gid}};
  if (attributes.mtime) object["mtime"] = *attributes.mtime;
  if (!attributes.set.empty()) object["set"] = json::xattrs(attributes.set);
  if (!attributes.clear.empty()) object["clear"] = json::text_array(attributes.clear);
  return object;
}

Json to_object(const Retired& retired) {
  Json object{{"digest", json::digest(retired.digest)}};
  json::put_text(object, "package", retired.package);
  json::put_text(object, "version", retired.version);
  return object;
}

Json to_object(const Identity& identity) {
  return {{"dev", identity.dev}, {"ino", identity.ino}, {"birth", identity.birth}};
}

}  // namespace

namespace json {

Json on_disk(const OnDisk& disk) {
  Json object{{"type", name_of(disk.type)},
              {"mode", mode(disk.mode)},
              {"uid", disk.uid},
              {"gid", disk.gid},
              {"size", disk.size},
              {"mtime", disk.mtime_sec},
              {"mtime_nsec", disk.mtime_nsec},
              {"identity", to_object(disk.identity)}};
  if (disk.type == FileType::character || disk.type == FileType::block) {
    object["dev"] = {disk.dev_major, disk.dev_minor};
  }
  put_if_any(object, "target", disk.target);
  if (disk.digest) object["digest"] = digest(*disk.digest);
  if (!disk.xattrs.empty()) object["xattrs"] = xattrs(disk.xattrs);
  return object;
}

Json place(const Place& place) {
  Json object{{"dev", place.dev}, {"mount", place.mount}};
  put_text(object, "top", place.top);
  return object;
}

}  // namespace json

namespace {

/// The steps differ in which members they have; each member that is there is rendered the same way.
template <typename StepType>
Json to_object(const StepType& step) {
  Json object{{"kind", kind_of(step)}};
  json::put_text(object, "path", step.path);
  if constexpr (requires { step.from.has_value(); }) {
    if (step.from) object["from"] = to_object(*step.from);
  } else if constexpr (requires { step.from; }) {
    object["from"] = to_object(step.from);
  }
  if constexpr (requires { step.attributes; }) object["attributes"] = to_object(step.attributes);
  if constexpr (requires { step.appear; }) object["appear"] = json::name_of(step.appear);
  if constexpr (requires { step.before; }) object["before"] = json::on_disk(step.before);
  if constexpr (requires { step.save_as; }) json::put_text(object, "save_as", step.save_as);
  if constexpr (requires { step.retired; }) {
    if (step.retired) object["retired"] = to_object(*step.retired);
  }
  return object;
}

Json displaced(const std::vector<Displaced>& displaced) {
  Json array = Json::array();
  for (const Displaced& one : displaced) {
    Json object{{"place", one.place},
                {"identity", to_object(one.identity)},
                {"retired", to_object(one.retired)},
                {"removed", one.removed}};
    json::put_text(object, "path", one.path);
    array.push_back(std::move(object));
  }
  return array;
}

Json places(const std::vector<Place>& places) {
  Json array = Json::array();
  for (const Place& place : places) array.push_back(json::place(place));
  return array;
}

}  // namespace

std::string to_json(const Plan& plan) {
  Json members{{"schema", "minipkg-plan/1"},
               {"changes", json::changes(plan.changes)},
               {"places", places(plan.places)},
               {"notices", json::notices(plan.notices)},
               {"totals", json::totals(plan.totals)}};
  if (!plan.displaced.empty()) members["displaced"] = displaced(plan.displaced);
  std::string text = json::dump(members);
  text.back() = ',';
  text += "\"steps\":[";
  // One step at a time: a tree of a million of them would take far more memory than their text.
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    Json step = std::visit([](const auto& each) { return to_object(each); }, plan.steps[i]);
    if (i < plan.step_places.size()) step["place"] = plan.step_places[i];
    if (i > 0) text += ',';
    text += json::dump(step);
  }
  return text + "]}\n";
}

std::string to_json(const Problems& problems) {
  Json array = Json::array();
  for (const Problem& problem : problems) {
    Json object{{"kind", json::name_of(problem.kind)}};
    json::put_text(object, "package", problem.package);
    json::put_if_any(object, "path", problem.path);
    json::put_if_any(object, "other", problem.other);
    if (problem.needed != 0) object["needed"] = problem.needed, object["free"] = problem.free;
    array.push_back(std::move(object));
  }
  return json::answer("problems", {{"problems", std::move(array)}});
}

}  // namespace minipkg
