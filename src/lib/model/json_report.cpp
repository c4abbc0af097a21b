// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"
#include "minipkg/json.hpp"

namespace minipkg {

using json::Json;

std::string to_json(const Report& report) {
  Json object{{"transaction", report.transaction},
              {"changes", json::changes(report.changes)},
              {"totals", json::totals(report.totals)},
              {"notices", json::notices(report.notices)},
              {"unread_archives", json::text_array(report.unread_archives)},
              {"warnings", json::text_array(report.warnings)}};
  if (!report.signatures.empty()) object["signatures"] = json::signatures(report.signatures);
  return json::answer("report", std::move(object));
}

std::string recovery_json(Recovery recovery) {
  return json::answer("recovery", {{"recovery", json::name_of(recovery)}});
}

std::string error_json(const Error& error) {
  Json object{{"kind", json::name_of(error.kind())}};
  json::put_text(object, "message", error.what());
  json::put_if_any(object, "hint", error.hint());
  return json::answer("error", std::move(object));
}

namespace {

Json to_object(const StaleFile& file) {
  Json object{{"kind", json::name_of(file.kind)},
              {"use", json::name_of(file.use)},
              {"certainty", json::name_of(file.certainty)},
              {"basis", json::name_of(file.basis)},
              {"dev", file.dev},
              {"ino", file.ino}};
  if (file.transaction != 0) object["transaction"] = file.transaction;
  json::put_text(object, "path", file.path);
  json::put_if_any(object, "package", file.package);
  json::put_if_any(object, "old_version", file.old_version);
  json::put_if_any(object, "new_version", file.new_version);
  return object;
}

Json to_object(const Container& container) {
  Json object = Json::object();
  json::put_text(object, "engine", container.engine);
  json::put_text(object, "name", container.name);
  return object;
}

void put_placement(Json& object, const Placement& placement) {
  json::put_if_any(object, "cgroup", placement.cgroup);
  json::put_if_any(object, "unit", placement.unit);
  json::put_if_any(object, "user_unit", placement.user_unit);
  json::put_if_any(object, "slice", placement.slice);
  json::put_if_any(object, "session", placement.session);
  if (!placement.container.engine.empty()) object["container"] = to_object(placement.container);
}

Json to_object(const StaleProcess& process) {
  Json files = Json::array();
  for (const StaleFile& file : process.files) files.push_back(to_object(file));
  Json object{{"pid", process.pid},
              {"ppid", process.ppid},
              {"uid", process.uid},
              {"start_time", process.start_time},
              {"needs_restart", process.needs_restart()},
              {"files", std::move(files)}};
  json::put_text(object, "user", process.user);
  json::put_text(object, "command", process.command);
  json::put_if_any(object, "exe", process.exe);
  json::put_if_any(object, "root", process.root);
  put_placement(object, process.placement);
  return object;
}

Json to_object(const Remedy& remedy) {
  Json object{{"kind", json::name_of(remedy.kind)},
              {"manner", json::name_of(remedy.manner)},
              {"certainty", json::name_of(remedy.certainty)},
              {"basis", json::name_of(remedy.basis)},
              {"uid", remedy.uid},
              {"pids", remedy.pids}};
  json::put_if_any(object, "unit", remedy.unit);
  json::put_if_any(object, "user", remedy.user);
  if (!remedy.container.engine.empty()) object["container"] = to_object(remedy.container);
  json::put_if_any(object, "why", remedy.why);
  return object;
}

Json to_object(const RebootReason& reason) {
  Json object{{"wish", json::name_of(reason.wish)}};
  json::put_if_any(object, "package", reason.package);
  json::put_if_any(object, "version", reason.version);
  json::put_text(object, "why", reason.why);
  return object;
}

template <class Value>
Json array_of(const std::vector<Value>& values) {
  Json array = Json::array();
  for (const Value& value : values) array.push_back(to_object(value));
  return array;
}

}  // namespace

std::string to_json(const RestartReport& report) {
  Json object{{"processes", array_of(report.processes)},
              {"remedies", array_of(report.remedies)},
              {"reboot", array_of(report.reboot)},
              {"retired", report.retired},
              {"alive", report.alive},
              {"scanned", report.scanned},
              {"unreadable", report.unreadable}};
  json::put_if_any(object, "running_kernel", report.running_kernel);
  json::put_if_any(object, "installed_kernel", report.installed_kernel);
  return json::answer("needs-restart", std::move(object));
}

std::string to_json(const Restarts& restarts) {
  Json commands = Json::array(), objects = Json::array();
  for (const auto& command : restarts.commands()) commands.push_back(json::text_array(command));
  for (const Restart& restart : restarts.all()) {
    Json object = to_object(restart.remedy);
    object.erase("why");
    object["treatment"] = json::name_of(restart.treatment);
    json::put_if_any(object, "why", restart.why);
    if (!restart.log.empty()) object["log"] = json::text_array(restart.log);
    objects.push_back(std::move(object));
  }
  return json::answer("restart", {{"commands", std::move(commands)}, {"restarts", std::move(objects)}});
}

}  // namespace minipkg
