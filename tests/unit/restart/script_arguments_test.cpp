// SPDX-License-Identifier: MIT
#include "lib/restart/script_arguments.hpp"

#include <gmock/gmock.h>

namespace minipkg::restart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What a command line runs: "file NAME", "module NAME" or nothing. Its words are separated by '|'.
std::string told(const std::string& program, std::string words) {
  for (char& c : words) c = c == '|' ? '\0' : c;
  words += '\0';
  const Told answer = told_to_run(interpreter_of(program), words_of(words));
  switch (answer.kind) {
    case Told::Kind::nothing:
      return "";
    case Told::Kind::file:
      return "file " + std::string(answer.text);
    case Told::Kind::module:
      return "module " + std::string(answer.text);
  }
  return "?";
}

TEST(InterpreterTest, ProgramsAreKnownByTheirFilesNames) {
  for (const char* name : {"python", "python3", "python3.11", "python3.13-dbg", "python2.7", "pypy3"})
    EXPECT_EQ(interpreter_of(name).language, Language::python) << name;
  for (const char* name : {"perl", "perl5.36.0", "perl5.36-x86_64-linux-gnu"})
    EXPECT_EQ(interpreter_of(name).language, Language::perl) << name;
  for (const char* name : {"ruby", "ruby3.1"}) EXPECT_EQ(interpreter_of(name).language, Language::ruby) << name;
  for (const char* name : {"node", "nodejs", "node20"})
    EXPECT_EQ(interpreter_of(name).language, Language::javascript) << name;
  for (const char* name : {"sh", "dash", "bash", "ksh", "ksh93", "mksh", "zsh", "zsh5", "zsh-5.9", "busybox"})
    EXPECT_EQ(interpreter_of(name).language, Language::shell) << name;
  for (const char* name : {"", "sleep", "pythonista", "perldoc", "shutdown", "nodemon", "sshd", "bashful", "rubyist"})
    EXPECT_EQ(interpreter_of(name).language, Language::none) << name;
}

TEST(WordsTest, OnlyWhatANulEnds) {
  EXPECT_THAT(words_of(std::string_view("a\0\0b\0cut", 8)), ElementsAre("a", "", "b"));
  EXPECT_THAT(words_of("nginx: worker"), IsEmpty());
  EXPECT_THAT(words_of(""), IsEmpty());
}

TEST(ToldTest, Python) {
  EXPECT_EQ(told("python3", "python3|/a.py|-c|x"), "file /a.py");
  EXPECT_EQ(told("python3", "python3|-u|-W|ignore|-Xutf8|-X|dev|a.py"), "file a.py");
  EXPECT_EQ(told("python3", "python3|-BsW|ignore|a.py"), "file a.py");
  EXPECT_EQ(told("python3", "python3|--check-hash-based-pycs|always|a.py"), "file a.py");
  EXPECT_EQ(told("python3", "python3|--|-odd.py"), "file -odd.py");
  EXPECT_EQ(told("python3", "python3|-c|print()|a.py"), "");
  EXPECT_EQ(told("python3", "python3|-uc|print()|a.py"), "");
  EXPECT_EQ(told("python3", "python3|-m|a.b|c.py"), "module a.b");
  EXPECT_EQ(told("python3", "python3|-Bma.b|c.py"), "module a.b");
  EXPECT_EQ(told("python3", "python3|-m"), "");
  EXPECT_EQ(told("python3", "python3|-|a.py"), "");
  EXPECT_EQ(told("python3", "python3"), "");
  EXPECT_EQ(told("python3", "python3||a.py"), "");
  EXPECT_EQ(told("python3", "python3|-W"), "");
  EXPECT_EQ(told("python3", "python3|--"), "");
}

TEST(ToldTest, Perl) {
  EXPECT_EQ(told("perl", "perl|-w|-T|/a.pl"), "file /a.pl");
  EXPECT_EQ(told("perl", "perl|-w -T|/a.pl"), "file /a.pl");  // of a "#!" line
  EXPECT_EQ(told("perl", "perl|-I|lib|-Ilib|-MFoo=bar|a.pl"), "file a.pl");
  EXPECT_EQ(told("perl", "perl|-i.bak|-0777|-l012|-F:|a.pl"), "file a.pl");
  EXPECT_EQ(told("perl", "perl|-ne|print|a.pl"), "");
  EXPECT_EQ(told("perl", "perl|-0777ne|print|a.pl"), "");
  EXPECT_EQ(told("perl", "perl|-E|say|a.pl"), "");
  EXPECT_EQ(told("perl", "perl|-MFoo|-e|1"), "");
  EXPECT_EQ(told("perl", "perl|-S|a.pl"), "");  // by PATH
}

TEST(ToldTest, Ruby) {
  EXPECT_EQ(told("ruby", "ruby|-w|-I|lib|-rjson|-r|set|a.rb"), "file a.rb");
  EXPECT_EQ(told("ruby", "ruby|--encoding|utf-8|--enable=yjit|--disable|gems|a.rb"), "file a.rb");
  EXPECT_EQ(told("ruby", "ruby|-W0|-Ku|-E|utf-8|a.rb"), "file a.rb");
  EXPECT_EQ(told("ruby", "ruby|-ne|puts|a.rb"), "");
}

TEST(ToldTest, Node) {
  EXPECT_EQ(told("node", "node|--require|x|-r|y|--loader=z|--inspect|a.js"), "file a.js");
  EXPECT_EQ(told("node", "node|--max-old-space-size=99|--import|x|a.js"), "file a.js");
  EXPECT_EQ(told("node", "node|--eval|1|a.js"), "");
  EXPECT_EQ(told("node", "node|--eval=1|a.js"), "");
  EXPECT_EQ(told("node", "node|-pe|1"), "");
}

TEST(ToldTest, Shells) {
  EXPECT_EQ(told("bash", "bash|-euo|pipefail|a.sh"), "file a.sh");
  EXPECT_EQ(told("bash", "bash|-o|posix|+o|history|-O|extglob|+x|a.sh"), "file a.sh");
  EXPECT_EQ(told("bash", "bash|--rcfile|rc|--norc|--|a.sh"), "file a.sh");
  EXPECT_EQ(told("sh", "sh|-|a.sh"), "file a.sh");
  EXPECT_EQ(told("dash", "/bin/sh|-e|/a.sh|-c"), "file /a.sh");
  EXPECT_EQ(told("sh", "sh|-ec|text|a.sh"), "");
  EXPECT_EQ(told("sh", "sh|-s|a.sh"), "");
  EXPECT_EQ(told("bash", "-bash"), "");
}

TEST(ToldTest, BusyboxIsAShellIfItsNameOrFirstWordSaysSo) {
  EXPECT_EQ(told("busybox", "/bin/sh|a.sh"), "file a.sh");
  EXPECT_EQ(told("busybox", "-ash|a.sh"), "file a.sh");
  EXPECT_EQ(told("busybox", "busybox|sh|-x|a.sh"), "file a.sh");
  EXPECT_EQ(told("busybox", "busybox|tail|a.sh"), "");
  EXPECT_EQ(told("busybox", "tail|a.sh"), "");
  EXPECT_EQ(told("busybox", "busybox"), "");
}

TEST(ToldTest, OtherProgramsRunNothing) { EXPECT_EQ(told("sleep", "python3|a.py"), ""); }

TEST(FilesTest, AsTheInterpreterTriesThem) {
  EXPECT_THAT(files_of_argument(Language::shell, "a"), ElementsAre("a"));
  EXPECT_THAT(files_of_argument(Language::python, "/a"), ElementsAre("/a", "/a/__main__.py"));
  EXPECT_THAT(files_of_argument(Language::javascript, "a"), ElementsAre("a", "a.js", "a/index.js"));
  EXPECT_THAT(files_of_module("a.b"), ElementsAre("a/b.py", "a/b/__main__.py"));
  for (const char* name : {"", ".", ".a", "a.", "a..b", "../a", "a/b"}) EXPECT_THAT(files_of_module(name), IsEmpty());
  EXPECT_THAT(files_of_module(std::string(5000, 'a')), IsEmpty());
}

TEST(FilesTest, DirectoriesThatPythonLooksInto) {
  for (const char* name : {"/usr/lib/python3/dist-packages", "/v/site-packages", "/usr/lib/python3.11", "/lib/python3"})
    EXPECT_TRUE(holds_python_modules(name)) << name;
  for (const char* name : {"/opt/app", "/", "", "/usr/lib/pythonic"}) EXPECT_FALSE(holds_python_modules(name)) << name;
}

}  // namespace
}  // namespace minipkg::restart
