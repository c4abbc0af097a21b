// SPDX-License-Identifier: MIT
#include "lib/restart/script_arguments.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "lib/model/path.hpp"

namespace minipkg::restart {
namespace {

using Word = std::string_view;
using Letters = std::string_view;
using Names = std::span<const std::string_view>;

/// How one kind of interpreter reads its options. Letters in none of the lists stand alone.
struct Grammar {
  Letters code;      ///< no script file follows: -e TEXT
  Letters attached;  ///< the rest of the word is the value, which may be empty: -i.bak
  Letters valued;    ///< the rest of the word is the value, or if that is empty the next word: -I DIR
  Letters next;      ///< the next word is the value, the rest of this one are letters: -euo pipefail
  Letters module;    ///< as valued; the value is a module to run
  Names long_code, long_valued;
  bool plus = false;            ///< +o takes a value like -o
  bool dash_ends_them = false;  ///< a lone "-" is the last option; otherwise it is the standard input
};

constexpr std::array<Word, 3> shell_valued{"--rcfile", "--init-file", "--emulate"};
constexpr std::array<Word, 1> python_valued{"--check-hash-based-pycs"};
constexpr std::array<Word, 6> ruby_valued{"--encoding", "--external-encoding", "--internal-encoding",
                                          "--enable",   "--disable",           "--dump"};
constexpr std::array<Word, 2> node_code{"--eval", "--print"};
constexpr std::array<Word, 26> node_valued{"--require",
                                           "--import",
                                           "--loader",
                                           "--experimental-loader",
                                           "--conditions",
                                           "--title",
                                           "--input-type",
                                           "--icu-data-dir",
                                           "--openssl-config",
                                           "--tls-cipher-list",
                                           "--tls-keylog",
                                           "--diagnostic-dir",
                                           "--redirect-warnings",
                                           "--trace-event-categories",
                                           "--trace-event-file-pattern",
                                           "--unhandled-rejections",
                                           "--dns-result-order",
                                           "--inspect-port",
                                           "--heapsnapshot-signal",
                                           "--report-directory",
                                           "--report-filename",
                                           "--cpu-prof-dir",
                                           "--env-file",
                                           "--disable-warning",
                                           "--max-http-header-size",
                                           "--secure-heap"};

constexpr Grammar shell{"cs", "", "", "oO", "", {}, shell_valued, true, true};
constexpr Grammar python{"c", "", "WX", "", "m", {}, python_valued, false, false};
constexpr Grammar perl{"eES", "CdDFimMxV", "I", "", "", {}, {}, false, false};
constexpr Grammar ruby{"eS", "FiKTWx", "CXEIr", "", "", {}, ruby_valued, false, false};
constexpr Grammar node{"ep", "", "rC", "", "", node_code, node_valued, false, false};

const Grammar* grammar_of(Language language) {
  switch (language) {
    case Language::shell:
      return &shell;
    case Language::python:
      return &python;
    case Language::perl:
      return &perl;
    case Language::ruby:
      return &ruby;
    case Language::javascript:
      return &node;
    case Language::none:
    case Language::script:
      break;
  }
  return nullptr;
}

bool is_one_of(Names names, Word word) { return std::find(names.begin(), names.end(), word) != names.end(); }
bool is_one_of(Letters letters, char letter) { return letters.find(letter) != Letters::npos; }

/// What an option means for the words behind it.
struct Effect {
  enum class Then : std::uint8_t { next_word, no_file, module } then = Then::next_word;
  std::size_t values = 0;  ///< words to skip
  Word module;             ///< empty: the next word
};

Effect long_option(const Grammar& grammar, Word word) {
  const Word name = word.substr(0, word.find('='));
  if (is_one_of(grammar.long_code, name)) return {Effect::Then::no_file, 0, {}};
  const bool takes_next = name == word && is_one_of(grammar.long_valued, name);
  return {Effect::Then::next_word, takes_next ? 1U : 0U, {}};
}

Effect letters(const Grammar& grammar, Word word) {
  Effect effect;
  for (std::size_t at = 1; at < word.size(); ++at) {
    const Word rest = word.substr(at + 1);
    if (is_one_of(grammar.code, word[at])) return {Effect::Then::no_file, 0, {}};
    if (is_one_of(grammar.module, word[at])) return {Effect::Then::module, 0, rest};
    if (is_one_of(grammar.attached, word[at])) return effect;
    if (is_one_of(grammar.next, word[at])) ++effect.values;
    if (!is_one_of(grammar.valued, word[at])) continue;
    effect.values += rest.empty() ? 1U : 0U;
    return effect;
  }
  return effect;
}

bool is_version(Word text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.empty() || (text.front() >= '0' && text.front() <= '9');
}

/// Names of the options' end and of the standard input are words of their own.
Told first_file(const Grammar& grammar, std::span<const Word> words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const Word word = words[at];
    const bool is_end = word == "--" || (word == "-" && grammar.dash_ends_them);
    const bool is_option = word.size() > 1 && (word[0] == '-' || (grammar.plus && word[0] == '+'));
    if (is_end && ++at >= words.size()) return {};
    if (is_end || !is_option) return words[at] == "-" || words[at].empty() ? Told{} : Told{Told::Kind::file, words[at]};
    const Effect effect = word.starts_with("--") ? long_option(grammar, word) : letters(grammar, word);
    if (effect.then == Effect::Then::no_file) return {};
    if (effect.then == Effect::Then::module) {
      if (!effect.module.empty()) return {Told::Kind::module, effect.module};
      return at + 1 < words.size() ? Told{Told::Kind::module, words[at + 1]} : Told{};
    }
    at += effect.values;
  }
  return {};
}

bool is_shell_applet(Word name) {
  if (name.starts_with('-')) name.remove_prefix(1);  // a login shell
  return name == "sh" || name == "ash" || name == "hush" || name == "bash";
}

}  // namespace

Interpreter interpreter_of(std::string_view program) {
  struct Known {
    Word name;
    Language language;
  };
  constexpr std::array<Known, 15> known{{{"python", Language::python},
                                         {"pypy", Language::python},
                                         {"perl", Language::perl},
                                         {"ruby", Language::ruby},
                                         {"node", Language::javascript},
                                         {"nodejs", Language::javascript},
                                         {"sh", Language::shell},
                                         {"dash", Language::shell},
                                         {"bash", Language::shell},
                                         {"rbash", Language::shell},
                                         {"ksh", Language::shell},
                                         {"mksh", Language::shell},
                                         {"zsh", Language::shell},
                                         {"ash", Language::shell},
                                         {"yash", Language::shell}}};
  if (is_one_of(std::array<Word, 3>{"busybox", "busybox.static", "busybox-static"}, program))
    return {Language::shell, true};
  for (const Known& one : known) {
    if (program.starts_with(one.name) && is_version(program.substr(one.name.size()))) return {one.language, false};
  }
  return {};
}

std::vector<std::string_view> words_of(std::string_view cmdline) {
  std::vector<std::string_view> words;
  for (std::size_t end = cmdline.find('\0'); end != std::string_view::npos; end = cmdline.find('\0')) {
    words.push_back(cmdline.substr(0, end));
    cmdline.remove_prefix(end + 1);
  }
  return words;
}

Told told_to_run(const Interpreter& interpreter, const std::vector<std::string_view>& words) {
  const Grammar* const grammar = grammar_of(interpreter.language);
  if (grammar == nullptr || words.empty()) return {};
  std::span<const Word> rest(words);
  if (interpreter.is_busybox && base_name(rest[0]).starts_with("busybox")) rest = rest.subspan(1);
  if (interpreter.is_busybox && (rest.empty() || !is_shell_applet(base_name(rest[0])))) return {};
  return first_file(*grammar, rest.subspan(1));
}

std::vector<std::string> files_of_argument(Language language, std::string_view path) {
  std::vector<std::string> files{std::string(path)};
  if (language == Language::python) files.push_back(child_path(path, "__main__.py"));
  if (language == Language::javascript) {
    files.push_back(files[0] + ".js");
    files.push_back(child_path(path, "index.js"));
  }
  return files;
}

std::vector<std::string> files_of_module(std::string_view name) {
  constexpr std::size_t longest = 1024;
  const bool is_name = !name.empty() && name.size() <= longest && name.front() != '.' && name.back() != '.' &&
                       name.find("..") == Word::npos && name.find('/') == Word::npos;
  if (!is_name) return {};
  std::string path(name);
  std::replace(path.begin(), path.end(), '.', '/');
  return {path + ".py", path + "/__main__.py"};
}

bool holds_python_modules(std::string_view directory) {
  const Word name = base_name(directory);
  return name == "site-packages" || name == "dist-packages" ||
         (name.starts_with("python") && is_version(name.substr(6)));
}

}  // namespace minipkg::restart
