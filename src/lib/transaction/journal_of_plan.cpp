// SPDX-License-Identifier: MIT
#include "lib/transaction/journal_of_plan.hpp"

#include <set>

#include "lib/model/path.hpp"
#include "lib/os/file_stat.hpp"

namespace minipkg::transaction {
namespace {

/// What gives `before` back after `applied` has been set over it.
Attributes inverse(const OnDisk& before, const Attributes& applied) {
  Attributes attributes;
  attributes.mode = before.mode;
  attributes.uid = before.uid;
  attributes.gid = before.gid;
  for (const auto& [name, value] : before.xattrs) {
    attributes.set.emplace(name, value);
  }
  for (const auto& [name, value] : applied.set) {
    if (!before.xattrs.contains(name)) attributes.clear.push_back(name);
  }
  return attributes;
}

struct ToJournal {
  JournalStep step;

  void common(StepKind kind, const std::string& path) {
    step.kind = kind;
    step.path = path;
  }
  void before(const OnDisk& disk) {
    step.before_ino = disk.identity.ino;
    step.before_mtime = os::mtime_of(disk);
    step.old_digest = disk.digest;
  }

  void operator()(const CreateDirectory& one) {
    common(StepKind::create_directory, one.path);
    step.appear = one.appear;
  }
  void operator()(const CreateFile& one) {
    common(StepKind::create_file, one.path);
    step.appear = one.appear;
  }
  void operator()(const ReplaceFile& one) {
    common(StepKind::replace_file, one.path);
    before(one.before);
  }
  void operator()(const ChangeType& one) {
    common(StepKind::change_type, one.path);
    before(one.before);
  }
  void operator()(const SetAttributes& one) {
    common(StepKind::set_attributes, one.path);
    before(one.before);
    step.before = inverse(one.before, one.attributes);
  }
  void operator()(const SaveFile& one) {
    common(StepKind::save_file, one.path);
    step.save_as = one.save_as;
    before(one.before);
  }
  void operator()(const RemoveFile& one) {
    common(StepKind::remove_file, one.path);
    step.appear = one.appear;
    before(one.before);
  }
  void operator()(const RemoveDirectory& one) {
    common(StepKind::remove_directory, one.path);
    step.appear = one.appear;
    before(one.before);
    step.before = inverse(one.before, {});
  }
};

}  // namespace

std::vector<JournalStep> journal_steps(const Plan& plan) {
  std::vector<JournalStep> steps;
  steps.reserve(plan.steps.size());
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    ToJournal to_journal;
    std::visit(to_journal, plan.steps[at]);
    to_journal.step.place = plan.step_places[at];
    steps.push_back(std::move(to_journal.step));
  }
  return steps;
}

std::vector<std::string> touched_directories(const std::vector<JournalStep>& steps) {
  std::set<std::string> directories;
  for (const JournalStep& step : steps) {
    const bool changes_parent = step.appear == Appear::by_itself && step.kind != StepKind::set_attributes;
    const std::string& changed = step.kind == StepKind::save_file ? step.save_as : step.path;
    if (changes_parent) directories.insert(std::string(parent_path(changed)));
  }
  return {directories.begin(), directories.end()};
}

}  // namespace minipkg::transaction
