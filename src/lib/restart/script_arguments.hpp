// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/model/language.hpp"

/// What an interpreter was told to run, from its arguments. Pure; the arguments may be any bytes.
namespace minipkg::restart {

/// By the base name of a program's file: "python3.11", "perl5.36.0", "ruby3.1", "node", "bash", …; none for others.
/// A program that only calls itself python3 is taken for one: whoever can run that can run Python as well.
struct Interpreter {
  Language language = Language::none;
  bool is_busybox = false;  ///< a shell if its arguments say so
};
Interpreter interpreter_of(std::string_view program);

/// The words of /proc/PID/cmdline, each ended by a NUL. What no NUL ends was cut off or is no list of words: dropped.
std::vector<std::string_view> words_of(std::string_view cmdline);

struct Told {
  enum class Kind : std::uint8_t {
    nothing,  ///< to read program text from its arguments or its input, or it cannot be told
    file,     ///< `text` is a path
    module,   ///< python -m: `text` is a module's name
  };
  Kind kind = Kind::nothing;
  std::string_view text;
};
/// sh(1p), bash(1), python(1), perlrun(1), ruby(1), node(1).
Told told_to_run(const Interpreter&, const std::vector<std::string_view>& words);

/// The files that a path may mean, as that interpreter tries them: "app", "app.js", "app/index.js".
std::vector<std::string> files_of_argument(Language, std::string_view path);

/// Those that `python -m` may mean below a directory of modules: "a/b.py", "a/b/__main__.py". None for what is no
/// module's name.
std::vector<std::string> files_of_module(std::string_view name);

/// Whether Python itself looks for modules in this directory: "…/python3/dist-packages", "…/lib/python3.11".
bool holds_python_modules(std::string_view directory);

}  // namespace minipkg::restart
