// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/restart/match.hpp"
#include "lib/restart/process_view.hpp"
#include "lib/restart/script_arguments.hpp"
#include "lib/restart/script_index.hpp"

namespace minipkg::restart {

/// Finds interpreters whose script, or a module of the package they run, was replaced or removed after they began.
/// Interpreters read their files once and let them go, so this is judged by what they were told to run, where that
/// stands in their own root and working directory, and when they began: Certainty::likely. A script that is still held
/// by a descriptor is Certainty::confirmed. Arguments are only ever compared with what minipkg wrote down: no path of a
/// process is opened, nothing of it is executed, its environment is not looked at.
///
/// Not found: a script whose process changed its working directory (if told by a relative path), its arguments
/// (setproctitle) or its root since; one found by PATH (sh NAME, perl -S); text given by -c or -e, or on the standard
/// input; modules of other packages than the script's, unless an extension of theirs is mapped or a descriptor is held;
/// files that a shell read by "."; modules of zip files; what was replaced before state.db noted when; who was forked,
/// without executing anything, after the upgrade by one that began before (that one is found).
///
/// Wrongly found: a process
/// that began before the upgrade and executed the script after it (the kernel tells when a process was forked, not when
/// it executed what), unless it holds the new file open, as shells do; one that began during the transaction's renames
/// and still got the new file; `python -m` by a virtual environment that was reached by PATH. Start times mean
/// nothing to a caller in another time namespace than the one that installed.
class ScriptFinder : public Finder {
 public:
  /// `root_fd` is what paths are relative to. All must outlive the finder.
  ScriptFinder(int root_fd, const ScriptIndex& scripts, const RetiredIndex& alive, Guesses guesses);

  Outcome look(const ProcessView&, std::vector<StaleFile>& found) override;

 private:
  /// An interpreter, what it was told to run and where that stands.
  struct Subject {
    const ProcessView& process;
    Interpreter interpreter;
    std::int64_t began_by = 0;
    const ScriptPath* script = nullptr;
    Identity file;  ///< what is there now
  };
  struct Descriptor {
    std::uint32_t number = 0;
    Identity identity;
  };

  Interpreter interpreter_of_process(const ProcessView&);
  bool find_script(Subject&) const;
  void find_by_argument(Subject&, const os::Viewpoint&, const std::vector<std::string>& files) const;
  void find_by_module(Subject&, const os::Viewpoint&, std::string_view program, std::string_view module) const;
  bool is_same_file(const ScriptPath&, const Identity& file) const;
  std::vector<Descriptor> descriptors(const Subject&) const;
  const RetiredInode* held(const Subject&, const Descriptor&) const;
  bool judge_script(const Subject&, const std::vector<Descriptor>&, std::vector<StaleFile>& found) const;
  void judge_modules(const Subject&, const std::vector<Descriptor>&, std::vector<StaleFile>& found) const;
  void add_mapped_packages(const Subject&, std::set<std::string>& packages) const;

  int root_fd_;
  const ScriptIndex& scripts_;
  const RetiredIndex& alive_;
  Guesses guesses_;
  bool some_may_be_held_;
  os::Viewpoint here_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Interpreter> interpreters_;  ///< by device and inode
  std::string text_;
};

}  // namespace minipkg::restart
