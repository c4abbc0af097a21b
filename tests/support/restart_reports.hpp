// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/restart.hpp"

namespace minipkg::cli {

inline StaleFile file(const char* path, const char* package, const char* before, const char* after, Use use) {
  StaleFile file;
  file.path = path;
  file.package = package;
  file.old_version = before;
  file.new_version = after;
  file.use = use;
  file.dev = 2049;
  file.ino = 131;
  file.transaction = 7;
  return file;
}

inline StaleFile with(StaleFile file, Certainty certainty) {
  file.certainty = certainty;
  return file;
}

inline StaleFile by_path(StaleFile file) {
  file.basis = Basis::path;
  file.transaction = 0;
  return file;
}

inline StaleFile removed(StaleFile file) {
  file.kind = RetiredKind::removed;
  file.new_version.clear();
  return file;
}

inline StaleProcess process(std::uint32_t pid, const char* user, const char* command, Placement placement,
                            std::vector<StaleFile> files) {
  StaleProcess process;
  process.pid = pid;
  process.ppid = 1;
  process.start_time = 4242;
  process.user = user;
  process.uid = process.user == "root" ? 0 : 1000;
  process.command = command;
  process.exe = std::string("/usr/bin/") + command;
  process.placement = std::move(placement);
  process.files = std::move(files);
  return process;
}

inline Placement unit(const char* name) {
  Placement placement;
  placement.cgroup = std::string("/system.slice/") + name;
  placement.unit = name;
  placement.slice = "system.slice";
  return placement;
}

inline Remedy remedy(RemedyKind kind, Manner manner, const char* unit, std::vector<std::uint32_t> pids) {
  Remedy remedy;
  remedy.kind = kind;
  remedy.manner = manner;
  remedy.unit = unit;
  remedy.user = "root";
  remedy.pids = std::move(pids);
  return remedy;
}

/// Something of everything there can be.
RestartReport full_report();
/// What a hostile process, package, control group or passwd file could put into one.
RestartReport hostile_report();

}  // namespace minipkg::cli
