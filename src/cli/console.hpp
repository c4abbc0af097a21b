// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "minipkg/error.hpp"

namespace minipkg::cli {

enum class When { automatic, always, never };

/// stdout is the answer; stderr is everything else.
class Console {
 public:
  Console();

  void set_color(When);
  void set_quiet() { quiet_ = true; }
  void set_json() { json_ = true; }

  bool json() const { return json_; }
  bool quiet() const { return quiet_; }
  bool out_is_terminal() const { return out_is_terminal_; }
  bool err_is_terminal() const { return err_is_terminal_; }

  /// The answer.
  void print(std::string_view text);
  /// What a person likes to read along: the plan, the summary. Not with --quiet, not in place of JSON.
  void tell(std::string_view text);
  /// A sentence on stderr: "minipkg: note: …" (not with --quiet), "minipkg: warning: …".
  void note(std::string_view sentence);
  void warn(std::string_view sentence);
  /// "minipkg: cannot …", and "hint: …" where there is one.
  void complain(std::string_view sentence, std::string_view hint = {});

  std::string bold(std::string_view text) const;
  std::string alert(std::string_view text) const;  ///< what must not be overlooked

  /// How wide the terminal is to which the answer goes, by tty_ioctl(4), else by COLUMNS, else 80. 0: it goes to none.
  std::size_t columns() const;
  /// Empties the terminal's page. Nothing where there is none.
  void clear_page();

  /// Sees that the answer arrived. Throws Error(cannot_answer) if not. A reader that left early (`| head`) is no
  /// error: false then.
  bool flush();
  /// The same where the work is done whether or not anybody hears of it: a warning, and false, if the answer is lost.
  bool flush_or_warn();

 private:
  std::string paint(std::string_view text, const char* code, bool wanted) const;

  bool quiet_ = false, json_ = false;
  bool out_is_terminal_, err_is_terminal_;
  bool color_out_, color_err_;
  int write_error_ = 0;
  bool excused_ = false;  ///< nobody waits for the rest
};

}  // namespace minipkg::cli
