// SPDX-License-Identifier: MIT
#include "lib/transaction/stage.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/resolver.hpp"
#include "lib/os/special_file.hpp"
#include "lib/transaction/check_times.hpp"
#include "lib/transaction/keep.hpp"
#include "lib/transaction/new_file.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

/// What a step brings: nothing for those that only take away or change in place.
struct Brings {
  std::optional<Source> source;
  const Attributes* attributes = nullptr;
  const OnDisk* saved = nullptr;  ///< what stands here already and gets a second name

  void operator()(const CreateDirectory& one) { source = one.from, attributes = &one.attributes; }
  void operator()(const CreateFile& one) { source = one.from, attributes = &one.attributes; }
  void operator()(const ReplaceFile& one) { source = one.from, attributes = &one.attributes; }
  void operator()(const ChangeType& one) { source = one.from, attributes = &one.attributes; }
  void operator()(const SetAttributes&) {}
  void operator()(const SaveFile& one) { saved = &one.before; }
  void operator()(const RemoveFile&) {}
  void operator()(const RemoveDirectory&) {}
};

class Stager final : public PayloadSink {
 public:
  Stager(const LiveTree& tree, const Plan& plan, const std::vector<Supply>& supplies, Observer& observer,
         std::vector<JournalStep>& steps)
      : tree_(tree),
        leaders_(plan.leaders),
        supplies_(supplies),
        observer_(observer),
        steps_(steps),
        brings_(plan.steps.size()) {
    step_of_.resize(supplies.size());
    for (std::size_t step = 0; step < plan.steps.size(); ++step) {
      std::visit(brings_[step], plan.steps[step]);
      if (const auto& source = brings_[step].source) step_of_[source->package].emplace(source->entry, step);
    }
  }

  void make_directories();
  void make_special_files();
  void link_saved_files();
  bool needs_payload(std::size_t package) const;
  void read_payload(std::size_t package);
  void link_kept(std::size_t package);
  void make_hard_links();
  void finish_directories();

  bool begin(std::size_t entry) override;
  void write(std::uint64_t offset, std::span<const char> bytes) override;
  void end() override;
  void waiting() override { stop_if_asked(observer_); }

 private:
  bool brings_directory(std::size_t step) const;
  const FileEntry* entry_of(std::size_t step) const;
  Attributes attributes_of(std::size_t step, const OnDisk& made) const {
    return os::as_held(*brings_[step].attributes, tree_.fs(step), made);
  }
  void make_special_file(std::size_t step, const FileEntry&);
  void link_to_leader(std::size_t step, const FileEntry&);
  void check_leader(std::size_t step, const LiveTree::Name& from, const LiveTree::Name& made) const;
  void link_old_inode(std::size_t step, const KeptFile&, const FileEntry&);
  void note_inode(std::size_t step, const LiveTree::Name&);
  void done(std::size_t step);

  const LiveTree& tree_;
  const std::map<std::string, OnDisk>& leaders_;
  const std::vector<Supply>& supplies_;
  Observer& observer_;
  std::vector<JournalStep>& steps_;
  std::vector<Brings> brings_;
  std::vector<std::unordered_map<std::size_t, std::size_t>> step_of_;  ///< for each package: entry -> step

  std::size_t package_ = 0;  ///< whose payload is read
  std::size_t step_ = 0;     ///< whose file is written
  NewFile file_;
  std::uint64_t files_ = 0, bytes_ = 0;
};

const FileEntry* Stager::entry_of(std::size_t step) const {
  const auto& source = brings_[step].source;
  return source ? &supplies_[source->package].manifest->files[source->entry] : nullptr;
}

bool Stager::brings_directory(std::size_t step) const {
  if (brings_[step].attributes == nullptr) return false;
  const FileEntry* const entry = entry_of(step);
  return entry == nullptr || entry->type == FileType::directory;
}

void Stager::note_inode(std::size_t step, const LiveTree::Name& name) {
  const auto stat = look(name);
  if (!stat) fail(on_failure, "stage", name.path, "it vanished");
  steps_[step].staged_ino = stat->disk.identity.ino;
}

void Stager::done(std::size_t step) {
  ++files_;
  observer_.item(steps_[step].path);
  observer_.progress(files_, bytes_);
  stop_if_asked(observer_);
}

void Stager::make_directories() {
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    if (!brings_directory(step)) continue;
    const LiveTree::Name name = tree_.staged(step);
    if (::mkdirat(name.dirfd, name.c_str(), 0700) != 0) fail_errno("make directory", name.path, errno, on_failure);
    note_inode(step, name);
    done(step);
  }
}

/// Deepest first: what is put into a directory changes its time, and a default ACL would change what is put into it.
void Stager::finish_directories() {
  for (std::size_t step = steps_.size(); step-- > 0;) {
    if (!brings_directory(step)) continue;
    const LiveTree::Name name = tree_.staged(step);
    const OnDisk now = look(name)->disk;
    os::set_attributes(name.dirfd, name.c_str(), attributes_of(step, now), now, name.path);
  }
}

void Stager::make_special_files() {
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    const FileEntry* const entry = entry_of(step);
    if (entry == nullptr || entry->type == FileType::directory || entry->type == FileType::regular ||
        entry->type == FileType::hardlink) {
      continue;
    }
    make_special_file(step, *entry);
    done(step);
  }
}

void Stager::make_special_file(std::size_t step, const FileEntry& entry) {
  const LiveTree::Name name = tree_.staged(step);
  if (entry.type == FileType::socket) {
    fail(ErrorKind::bad_package, "install", entry.path, "a package cannot bring this type of file");
  }
  if (os::make_special_file(name.dirfd, name.c_str(), {entry.type, entry.target, entry.dev_major, entry.dev_minor}) !=
      0)
    fail_errno("make", name.path, errno, on_failure);
  const auto stat = look(name);
  os::set_attributes(name.dirfd, name.c_str(), attributes_of(step, stat->disk), stat->disk, name.path);
  steps_[step].staged_ino = stat->disk.identity.ino;
}

/// A file edited by hand gets its second name here; it becomes visible like everything else.
void Stager::link_saved_files() {
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    if (brings_[step].saved == nullptr) continue;
    const LiveTree::Name name = tree_.staged(step);
    link_or_copy(tree_.live(steps_[step].path), name, *brings_[step].saved, tree_.fs(step));
    note_inode(step, name);
  }
}

bool Stager::needs_payload(std::size_t package) const {
  const auto& files = supplies_[package].manifest->files;
  return std::any_of(step_of_[package].begin(), step_of_[package].end(),
                     [&files](const auto& one) { return files[one.first].type == FileType::regular; });
}

void Stager::read_payload(std::size_t package) {
  package_ = package;
  supplies_[package].archive->read_payload(*this);
}

void Stager::link_kept(std::size_t package) {
  const auto& files = supplies_[package].manifest->files;
  for (const auto& [entry, step] : step_of_[package]) {
    if (files[entry].type != FileType::regular) continue;
    const auto kept = supplies_[package].kept->find(entry);
    if (kept == supplies_[package].kept->end()) fail(on_failure, "bring back", files[entry].path, "its inode is gone");
    link_old_inode(step, kept->second, files[entry]);
    done(step);
  }
}

/// The very inode that stood there returns, so that who still runs it runs what is installed.
void Stager::link_old_inode(std::size_t step, const KeptFile& kept, const FileEntry& entry) {
  const std::string path = kept.path();
  const LiveTree::Name from{tree_.root().directory(parent_path(path)), std::string(base_name(path)),
                            tree_.root().full_name(entry.path)};
  const auto stat = look(from);
  if (!stat || !is_what_was_kept(kept, *stat, entry)) {
    fail(on_failure, "bring back", from.path, "its old inode is not what it was");
  }
  const LiveTree::Name name = tree_.staged(step);
  link_or_copy(from, name, stat->disk, tree_.fs(step));
  const OnDisk now = look(name)->disk;
  Attributes attributes = attributes_of(step, now);
  steps_[step].edited = kept.digest && *kept.digest != entry.digest;
  if (steps_[step].edited) attributes.mtime.reset();
  os::set_attributes(name.dirfd, name.c_str(), attributes, now, name.path);
  steps_[step].staged_ino = now.identity.ino;
}

bool Stager::begin(std::size_t entry) {
  const auto found = step_of_[package_].find(entry);
  if (found == step_of_[package_].end()) return false;
  step_ = found->second;
  file_ = NewFile(tree_.staged(step_), tree_.root().full_name(steps_[step_].path));
  return true;
}

void Stager::write(std::uint64_t offset, std::span<const char> bytes) {
  file_.write(offset, bytes);
  bytes_ += bytes.size();
  observer_.progress(files_, bytes_);
  stop_if_asked(observer_);
}

void Stager::end() {
  file_.extend(entry_of(step_)->size);
  const auto stat = os::look(file_.fd(), "", file_.path());
  os::set_attributes(file_.fd(), attributes_of(step_, stat->disk), stat->disk, file_.path());
  steps_[step_].staged_ino = stat->disk.identity.ino;
  file_ = NewFile();
  done(step_);
}

void Stager::make_hard_links() {
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    const FileEntry* const entry = entry_of(step);
    if (entry == nullptr || entry->type != FileType::hardlink) continue;
    link_to_leader(step, *entry);
    done(step);
  }
}

void Stager::link_to_leader(std::size_t step, const FileEntry& entry) {
  const std::size_t package = brings_[step].source->package;
  const auto& files = supplies_[package].manifest->files;
  const auto leader = std::lower_bound(files.begin(), files.end(), entry.target,
                                       [](const FileEntry& file, const std::string& path) { return file.path < path; });
  const auto staged_leader = step_of_[package].find(static_cast<std::size_t>(leader - files.begin()));
  const bool is_installed = staged_leader == step_of_[package].end();
  LiveTree::Name from;
  if (!is_installed) {
    from = tree_.staged(staged_leader->second);
  } else {
    const std::string parent = os::Resolver(tree_.root()).resolve(std::string(parent_path(entry.target))).canonical;
    from = tree_.live(child_path(parent, base_name(entry.target)));
  }
  const LiveTree::Name name = tree_.staged(step);
  if (::linkat(from.dirfd, from.c_str(), name.dirfd, name.c_str(), 0) != 0) {
    fail_errno("link", name.path, errno, on_failure);
  }
  if (is_installed) check_leader(step, from, name);
  note_inode(step, name);
}

/// The leader is installed already as it should be; but whoever owns its directory may have put something of his own
/// there, and the link may appear where he may not write.
void Stager::check_leader(std::size_t step, const LiveTree::Name& from, const LiveTree::Name& made) const {
  const auto planned = leaders_.find(steps_[step].path);
  const auto now = look(made);
  if (planned != leaders_.end() && now && is_same(planned->second, now->disk, tree_.fs(step)) &&
      is_unchanged(planned->second, now->disk)) {
    return;
  }
  fail(on_failure, "link", from.path, "somebody changed it meanwhile", "run the command again");
}

}  // namespace

void stop_if_asked(Observer& observer) {
  if (const int signal = observer.interrupted()) {
    throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}; everything was undone", signal));
  }
}

std::vector<std::string> stage(const LiveTree& tree, const Plan& plan, const std::vector<Supply>& supplies,
                               Observer& observer, ArchiveCheck check, std::vector<JournalStep>& steps) {
  check_times(tree, plan);
  Stager stager(tree, plan, supplies, observer, steps);
  stager.make_directories();
  stager.make_special_files();
  stager.link_saved_files();
  std::vector<std::string> unread;
  for (const PackageChange& change : plan.changes) {
    if (!change.incoming) continue;
    if (supplies[*change.incoming].archive == nullptr) {
      stager.link_kept(*change.incoming);
    } else if (check == ArchiveCheck::always || stager.needs_payload(*change.incoming)) {
      stager.read_payload(*change.incoming);
    } else {
      unread.push_back(supplies[*change.incoming].archive->file());
    }
  }
  stager.make_hard_links();
  stager.finish_directories();
  return unread;
}

}  // namespace minipkg::transaction
