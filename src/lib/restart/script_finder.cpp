// SPDX-License-Identifier: MIT
#include "lib/restart/script_finder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/model/path.hpp"
#include "lib/os/file_handle.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::restart {
namespace {

/// More than any script's name and the options before it; a process may make its arguments as long as it likes.
constexpr std::size_t enough_arguments = 65536;

Fd open_link(const ProcessView& process, const char* name) {
  return Fd(::openat(process.process(), name, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

bool same_inode(const Identity& left, const Identity& right) { return left.ino != 0 && left == right; }

bool is_known(const std::vector<StaleFile>& found, const std::string& package) {
  return std::any_of(found.begin(), found.end(),
                     [&](const StaleFile& file) { return file.package == package && file.calls_for_restart(); });
}

bool exists(const std::vector<os::Spot>& spots) { return !spots.empty() && spots.back().file.ino != 0; }

}  // namespace

ScriptFinder::ScriptFinder(int root_fd, const ScriptIndex& scripts, const RetiredIndex& alive, Guesses guesses)
    : root_fd_(root_fd),
      scripts_(scripts),
      alive_(alive),
      guesses_(guesses),
      some_may_be_held_(std::any_of(alive.rows().begin(), alive.rows().end(),
                                    [](const RetiredInode& row) { return row.language != Language::none; })),
      here_{root_fd, root_fd, [](std::uint64_t) { return true; }} {}

Outcome ScriptFinder::look(const ProcessView& process, std::vector<StaleFile>& found) {
  const Interpreter interpreter = interpreter_of_process(process);
  if (interpreter.language == Language::none) return Outcome::looked_at;
  if (!os::read_text(process.leader(), "stat", text_)) return outcome_of(errno);
  const auto stat = os::parse_stat(text_);
  if (!stat) return Outcome::nothing_there;
  Subject subject{process, interpreter, began_by(stat->start_time, ::sysconf(_SC_CLK_TCK)), nullptr, {}};
  if (!find_script(subject)) return outcome_of(errno);
  const bool may_hold = some_may_be_held_ || (subject.script != nullptr && !subject.script->history.empty());
  const std::vector<Descriptor> held = may_hold ? descriptors(subject) : std::vector<Descriptor>();
  const bool began_with_it = judge_script(subject, held, found);
  if (began_with_it && guesses_ == Guesses::report) judge_modules(subject, held, found);
  return Outcome::looked_at;
}

/// Each program is named once, however many processes run it.
Interpreter ScriptFinder::interpreter_of_process(const ProcessView& process) {
  const Identity& program = process.executable();
  const auto [known, is_new] = interpreters_.try_emplace({program.dev, program.ino});
  if (is_new) {
    std::string name = os::link_text(process.process(), "exe");
    constexpr std::string_view deleted = " (deleted)";
    if (name.ends_with(deleted)) name.resize(name.size() - deleted.size());
    known->second = interpreter_of(base_name(name));
  }
  return known->second;
}

/// False and errno set if the process may not be looked at.
bool ScriptFinder::find_script(Subject& subject) const {
  std::string cmdline;
  if (!os::read_text(subject.process.process(), "cmdline", cmdline, enough_arguments)) return false;
  const auto words = words_of(cmdline);
  const Told told = told_to_run(subject.interpreter, words);
  if (told.kind == Told::Kind::nothing) return true;
  const Fd root = open_link(subject.process, "root");
  if (!root) return false;
  const Fd cwd = open_link(subject.process, "cwd");
  if (!cwd) return false;
  const auto top = os::identity_through(root.get(), "");
  if (!top) return false;
  const os::Viewpoint there{root.get(), cwd.get(),
                            [&](std::uint64_t dev) { return dev == top->dev || scripts_.is_known_device(dev); }};
  if (told.kind == Told::Kind::file) {
    find_by_argument(subject, there, files_of_argument(subject.interpreter.language, told.text));
  } else {
    find_by_module(subject, there, words[0], told.text);
  }
  return true;
}

void ScriptFinder::find_by_argument(Subject& subject, const os::Viewpoint& there,
                                    const std::vector<std::string>& files) const {
  for (const std::string& file : files) {
    for (const os::Spot& spot : spots_of(there, file)) {
      const ScriptPath* const script = scripts_.at(spot);
      if (script == nullptr || !is_same_file(*script, spot.file)) continue;
      // The last one with a past: a symlink to the script may be ours too.
      if (subject.script != nullptr && script->history.empty()) continue;
      subject.script = script;
      subject.file = spot.file;
    }
    if (subject.script != nullptr) return;
  }
}

void ScriptFinder::find_by_module(Subject& subject, const os::Viewpoint& there, std::string_view program,
                                  std::string_view module) const {
  const std::vector<std::string> files = files_of_module(module);
  find_by_argument(subject, there, files);
  if (subject.script != nullptr) return;
  for (const std::string& file : files) {
    if (exists(spots_of(there, file))) return;  // the working directory comes first
  }
  if (os::identity_through(there.root, "") != os::identity_through(root_fd_, "")) return;
  const bool has_directory = program.find('/') != std::string_view::npos;
  const std::string environment = child_path(parent_path(program), "../pyvenv.cfg");
  if (has_directory && exists(spots_of(there, environment))) return;
  const ScriptPath* const script = scripts_.python_module(files);
  if (script == nullptr) return;
  const std::vector<os::Spot> spots = spots_of(here_, script->path);
  subject.script = script;
  if (!spots.empty()) subject.file = spots.front().file;
}

/// Another file may be mounted over that very name.
bool ScriptFinder::is_same_file(const ScriptPath& script, const Identity& file) const {
  const std::vector<os::Spot> spots = spots_of(here_, script.path);
  return !spots.empty() && spots.front().file == file;
}

std::vector<ScriptFinder::Descriptor> ScriptFinder::descriptors(const Subject& subject) const {
  std::vector<Descriptor> open;
  const Fd directory(::openat(subject.process.process(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto numbers = directory ? os::numbered_entries(directory.get()) : std::nullopt;
  if (!numbers) return open;
  for (const std::uint32_t number : *numbers) {
    const auto identity = os::identity_through(directory.get(), std::to_string(number).c_str());
    if (identity) open.push_back({number, *identity});
  }
  return open;
}

/// The script or module that a descriptor holds.
const RetiredInode* ScriptFinder::held(const Subject& subject, const Descriptor& descriptor) const {
  for (const std::size_t row : alive_.with_number(descriptor.identity.ino)) {
    const RetiredInode& retired = alive_.rows()[row];
    if (retired.language == Language::none) continue;
    const std::string link = fmt::format("fd/{}", descriptor.number);
    const Fd inode(::openat(subject.process.process(), link.c_str(), O_PATH | O_CLOEXEC));
    const auto identity = inode ? os::identity_through(inode.get(), "") : std::nullopt;
    if (!identity) continue;
    const Seen seen{*identity, os::handle_at(inode.get(), "").value_or(FileHandle{})};
    if (compare(retired, seen) == Verdict::same) return &retired;
  }
  return nullptr;
}

/// False: it began with another program and executed what is there now later, so that its start tells nothing.
bool ScriptFinder::judge_script(const Subject& subject, const std::vector<Descriptor>& open,
                                std::vector<StaleFile>& found) const {
  constexpr std::uint32_t shells_own = 10;  // sh(1p) leaves those below to the script
  const bool is_shell = subject.interpreter.language == Language::shell;
  const ScriptPath* const script = subject.script;
  for (const Descriptor& descriptor : open) {
    const RetiredInode* const old = held(subject, descriptor);
    if (old == nullptr) continue;
    const bool is_told =
        script != nullptr && std::any_of(script->history.begin(), script->history.end(),
                                         [&](const RetiredInode* row) { return row->identity == old->identity; });
    if (!is_told && !(is_shell && descriptor.number >= shells_own)) continue;
    found.push_back(stale_file(*old, Use::script, Certainty::confirmed));
    return true;
  }
  if (script == nullptr) return true;
  if (std::any_of(open.begin(), open.end(),
                  [&](const Descriptor& one) { return same_inode(one.identity, subject.file); }))
    return false;
  const RetiredInode* const old = guesses_ == Guesses::report ? read_by(script->history, subject.began_by) : nullptr;
  if (old != nullptr) found.push_back(stale_file(*old, Use::script, Certainty::likely));
  return true;
}

/// One module of each package that the process is known to use.
void ScriptFinder::judge_modules(const Subject& subject, const std::vector<Descriptor>& open,
                                 std::vector<StaleFile>& found) const {
  const Language language = subject.interpreter.language;
  if (!is_module(language)) return;
  std::set<std::string> packages;
  if (subject.script != nullptr) packages = subject.script->packages;
  add_mapped_packages(subject, packages);
  for (const Descriptor& descriptor : open) {
    const RetiredInode* const old = held(subject, descriptor);
    if (old != nullptr && old->language == language) packages.insert(old->package);
  }
  for (const std::string& package : packages) {
    if (is_known(found, package)) continue;
    const RetiredInode* const old = scripts_.old_module(package, language, subject.began_by);
    if (old != nullptr) found.push_back(stale_file(*old, Use::module, Certainty::likely));
  }
}

void ScriptFinder::add_mapped_packages(const Subject& subject, std::set<std::string>& packages) const {
  for (const os::Mapping& mapping : subject.process.mappings()) {
    const Extension* const extension = scripts_.extension(mapping.ino);
    if (extension == nullptr || extension->language != subject.interpreter.language) continue;
    const std::string link = fmt::format("map_files/{:x}-{:x}", mapping.start, mapping.end);
    // map_files may be closed to the caller: no evidence then.
    const auto identity = os::identity_through(subject.process.process(), link.c_str());
    if (identity && same_inode(*identity, extension->identity)) packages.insert(extension->package);
  }
}

}  // namespace minipkg::restart
