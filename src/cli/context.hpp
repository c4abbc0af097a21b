// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "console.hpp"
#include "exit_status.hpp"
#include "minipkg/system.hpp"

namespace CLI {
class App;
}

namespace minipkg::cli {

/// The options that every command has, as given.
struct GlobalOptions {
  std::string root = "/";
  bool live = false, offline = false, discard_state = false;
  std::string sync = "fs";
  std::uint32_t lock_wait = 0;
  bool dry_run = false, json = false, quiet = false, yes = false;
  int verbose = 0;
  std::string color = "auto", progress = "auto";
};

/// What a command runs in.
struct Context {
  GlobalOptions globals;
  Root root;  ///< that of globals.root
  Console console;
  std::vector<std::string> command_line;
  /// The command that was asked for, set while the command line is parsed.
  std::function<ExitStatus(Context&)> run;
  bool changes_root = false;          ///< it is about to
  bool warned_of_protection = false;  ///< that archives are read with less of it

  /// Opens the root, and tells on stderr what opening met: a transaction repaired, or one that waits for repair.
  System open(Access);
  /// Opens it to look only, and tells nothing.
  System observe() const;
  /// Throws Error(usage) in a dry run: for commands that cannot show what they would do.
  void refuse_dry_run(const char* verb, const std::string& object) const;
  /// Nothing was ever installed in it.
  bool root_is_new() const;
  /// The end of a command that has changed something: that is done, but who asks for an answer must get it.
  ExitStatus done();
};

/// One function for each command, in the file of its name: describes it to the parser and sets Context::run.
void add_build(CLI::App&, Context&);
void add_inspect(CLI::App&, Context&);
void add_install(CLI::App&, Context&);
void add_remove(CLI::App&, Context&);
void add_list(CLI::App&, Context&);
void add_info(CLI::App&, Context&);
void add_files(CLI::App&, Context&);
void add_owner(CLI::App&, Context&);
void add_verify(CLI::App&, Context&);
void add_history(CLI::App&, Context&);
void add_undo(CLI::App&, Context&);
void add_rollback(CLI::App&, Context&);
void add_recover(CLI::App&, Context&);
void add_needs_restart(CLI::App&, Context&);
void add_restart(CLI::App&, Context&);
void add_key(CLI::App&, Context&);
void add_sign(CLI::App&, Context&);
void add_verify_package(CLI::App&, Context&);

}  // namespace minipkg::cli
