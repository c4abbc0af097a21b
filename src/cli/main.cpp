// SPDX-License-Identifier: MIT
#include "app.hpp"
#include "caller.hpp"
#include "console.hpp"
#include "exit_status.hpp"
#include "signals.hpp"

int main(int argc, char** argv) {
  using namespace minipkg::cli;
  protect_standard_streams();
  ask_for_children();
  if (has_more_rights_than_caller()) {
    Console().complain(more_rights_than_caller);
    return static_cast<int>(ExitStatus::permission);
  }
  forget_environment();
  return run({argv, argv + argc});
}
