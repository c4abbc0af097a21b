// SPDX-License-Identifier: MIT
// minipkg-recover: `minipkg recover` and nothing else, linked statically. It works when what was being replaced are the
// very libraries that minipkg loads.
#include <string>
#include <vector>

#include "caller.hpp"
#include "console.hpp"
#include "exit_status.hpp"
#include "minipkg/system.hpp"
#include "recovery_text.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

OpenOptions options_of(const std::vector<std::string>& words) {
  OpenOptions options;
  options.access = Access::write;
  options.command = words;
  if (words.size() == 3 && words[1] == "--root") {
    options.root = words[2];
  } else if (words.size() != 1) {
    throw Error(ErrorKind::usage, "cannot understand the arguments: minipkg-recover [--root DIR]");
  }
  return options;
}

ExitStatus recover(const std::vector<std::string>& words) {
  Console console;
  try {
    const Recovery recovery = System::open(options_of(words)).recovered();
    console.tell(sentence(recovery));
    return ExitStatus::done;
  } catch (const Error& error) {
    console.complain(error.what(), error.hint());
    return status_of(error.kind());
  }
}

}  // namespace
}  // namespace minipkg::cli

int main(int argc, char** argv) {
  minipkg::cli::protect_standard_streams();
  if (minipkg::cli::has_more_rights_than_caller()) {
    minipkg::cli::Console().complain(minipkg::cli::more_rights_than_caller);
    return static_cast<int>(minipkg::cli::ExitStatus::permission);
  }
  minipkg::cli::forget_environment();
  minipkg::cli::catch_signals();
  return static_cast<int>(minipkg::cli::recover({argv, argv + argc}));
}
