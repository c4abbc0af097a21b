// SPDX-License-Identifier: MIT
#include "lib/model/language.hpp"

#include <algorithm>
#include <array>

#include "lib/model/path.hpp"

namespace minipkg {
namespace {

struct Ending {
  std::string_view text;
  Language language;
};

constexpr std::array<Ending, 18> endings{{
    {".py", Language::python},
    {".pyc", Language::python},
    {".pyw", Language::python},
    {".pl", Language::perl},
    {".pm", Language::perl},
    {".ph", Language::perl},
    {".al", Language::perl},
    {".rb", Language::ruby},
    {".js", Language::javascript},
    {".mjs", Language::javascript},
    {".cjs", Language::javascript},
    {".sh", Language::shell},
    {".dash", Language::shell},
    {".bash", Language::shell},
    {".ksh", Language::shell},
    {".zsh", Language::shell},
    {".pyo", Language::python},
    {".ash", Language::shell},
}};

bool is_library(std::string_view name) { return name.ends_with(".so") || name.find(".so.") != std::string_view::npos; }

}  // namespace

Language language_of_name(std::string_view path) {
  const std::string_view name = base_name(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return Language::none;
  const std::string_view text = name.substr(dot);
  const auto* const known =
      std::find_if(endings.begin(), endings.end(), [text](const Ending& one) { return one.text == text; });
  return known == endings.end() ? Language::none : known->language;
}

bool may_be_script(std::string_view path, std::uint16_t mode) {
  const std::string_view name = base_name(path);
  if (language_of_name(path) != Language::none || is_library(name)) return false;
  return (mode & 0111) != 0 || name.find('.') == std::string_view::npos;
}

Language language_of_content(std::string_view start) {
  return start.starts_with("#!") ? Language::script : Language::none;
}

}  // namespace minipkg
