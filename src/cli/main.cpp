// SPDX-License-Identifier: MIT
#include "app.hpp"
#include "signals.hpp"

int main(int argc, char** argv) {
  minipkg::cli::protect_standard_streams();
  return minipkg::cli::run({argv, argv + argc});
}
