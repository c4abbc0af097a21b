// SPDX-License-Identifier: MIT
#include "lib/model/language.hpp"

#include <gtest/gtest.h>

namespace minipkg {
namespace {

TEST(LanguageTest, EndingsTell) {
  EXPECT_EQ(language_of_name("/usr/lib/a.py"), Language::python);
  EXPECT_EQ(language_of_name("/usr/lib/__pycache__/a.cpython-311.pyc"), Language::python);
  EXPECT_EQ(language_of_name("/usr/share/perl5/A/B.pm"), Language::perl);
  EXPECT_EQ(language_of_name("/a/b.rb"), Language::ruby);
  EXPECT_EQ(language_of_name("/a/b.mjs"), Language::javascript);
  EXPECT_EQ(language_of_name("/a/b.sh"), Language::shell);
  EXPECT_EQ(language_of_name("/a.py/tool"), Language::none);
  EXPECT_EQ(language_of_name("/usr/bin/tool"), Language::none);
  EXPECT_EQ(language_of_name("/home/.py"), Language::none);
}

TEST(LanguageTest, OnlyWhatMayBeRunIsRead) {
  EXPECT_TRUE(may_be_script("/usr/bin/tool", 0755));
  EXPECT_TRUE(may_be_script("/usr/lib/tool/main", 0644));
  EXPECT_TRUE(may_be_script("/usr/bin/tool-1.2", 0755));
  EXPECT_FALSE(may_be_script("/usr/share/doc/a.txt", 0644));
  EXPECT_FALSE(may_be_script("/usr/lib/libx.so", 0755));
  EXPECT_FALSE(may_be_script("/usr/lib/libx.so.1.2", 0755));
  EXPECT_FALSE(may_be_script("/usr/bin/tool.py", 0755));
}

TEST(LanguageTest, TwoBytesTell) {
  EXPECT_EQ(language_of_content("#!"), Language::script);
  EXPECT_EQ(language_of_content("\x7f"
                                "E"),
            Language::none);
  EXPECT_EQ(language_of_content("#"), Language::none);
  EXPECT_EQ(language_of_content(""), Language::none);
}

}  // namespace
}  // namespace minipkg
