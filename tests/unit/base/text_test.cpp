// SPDX-License-Identifier: MIT
#include "minipkg/text.hpp"

#include <gtest/gtest.h>

#include "lib/model/json_text.hpp"

namespace minipkg {
namespace {

TEST(Printable, EscapesWhatIsNotSeenOrMovesWhatIs) {
  EXPECT_EQ(printable("a\x1b[31m\n\t\\"), "a\\x1b[31m\\n\\t\\\\");
  EXPECT_EQ(printable("\x7f\xc2\x9b\xff"), "\\x7f\\u{009b}\\xff");
  EXPECT_EQ(printable("\u202e\u2066\u200b\u061c\ufeff\u2028\U000E0041"),
            "\\u{202e}\\u{2066}\\u{200b}\\u{061c}\\u{feff}\\u{2028}\\u{e0041}");
  // Such as show nothing: two names that differ would look alike.
  EXPECT_EQ(printable("\u034f\u115f\u3164\ufe0f\uffa0\U0001D173\U000E0100"),
            "\\u{034f}\\u{115f}\\u{3164}\\u{fe0f}\\u{ffa0}\\u{1d173}\\u{e0100}");
  EXPECT_EQ(printable("größe 大小 🙂"), "größe 大小 🙂");
}

TEST(JsonText, EscapesTheSameAndStaysTheSameDocument) {
  const json::Json document{{"key \u202e", "\x7f\u009b\ufeff\U000E0041 größe 🙂 \\ \""}};
  const std::string text = json::dump(document);
  EXPECT_EQ(text, R"({"key \u202e":"\u007f\u009b\ufeff\udb40\udc41 größe 🙂 \\ \""})");
  EXPECT_EQ(json::Json::parse(text), document);
}

}  // namespace
}  // namespace minipkg
