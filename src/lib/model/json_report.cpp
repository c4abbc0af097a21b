// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"
#include "minipkg/json.hpp"

namespace minipkg {

using json::Json;

std::string to_json(const Report& report) {
  return json::answer("report", {{"transaction", report.transaction},
                                 {"changes", json::changes(report.changes)},
                                 {"totals", json::totals(report.totals)},
                                 {"notices", json::notices(report.notices)},
                                 {"unread_archives", json::text_array(report.unread_archives)},
                                 {"warnings", json::text_array(report.warnings)}});
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
              {"dev", file.dev},
              {"ino", file.ino},
              {"transaction", file.transaction}};
  json::put_text(object, "path", file.path);
  json::put_text(object, "package", file.package);
  json::put_text(object, "old_version", file.old_version);
  json::put_if_any(object, "new_version", file.new_version);
  return object;
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
  json::put_if_any(object, "unit", process.unit);
  json::put_if_any(object, "cgroup", process.cgroup);
  return object;
}

}  // namespace

std::string to_json(const RestartReport& report) {
  Json processes = Json::array();
  for (const StaleProcess& process : report.processes) processes.push_back(to_object(process));
  return json::answer("needs-restart", {{"processes", std::move(processes)},
                                        {"retired", report.retired},
                                        {"alive", report.alive},
                                        {"scanned", report.scanned},
                                        {"unreadable", report.unreadable}});
}

}  // namespace minipkg
