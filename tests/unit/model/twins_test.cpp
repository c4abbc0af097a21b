// SPDX-License-Identifier: MIT
#include "lib/model/twins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

using namespace minipkg;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

std::vector<Twins> twins(std::vector<std::string> paths) {
  std::sort(paths.begin(), paths.end());
  std::vector<FileEntry> files;
  for (std::string& path : paths) files.emplace_back().path = std::move(path);
  return find_twins(files);
}

}  // namespace

TEST(Twins, LetterCase) {
  EXPECT_THAT(twins({"/README", "/Readme", "/other"}),
              ElementsAre(Twins{"/Readme", "/README", Twins::By::letter_case}));
  EXPECT_THAT(twins({"/A", "/B", "/a", "/b"}),
              ElementsAre(Twins{"/a", "/A", Twins::By::letter_case}, Twins{"/b", "/B", Twins::By::letter_case}));
  EXPECT_THAT(twins({"/\u00C4", "/\u00E4"}), ElementsAre(Twins{"/\u00E4", "/\u00C4", Twins::By::letter_case}));
  EXPECT_THAT(twins({"/stra\u00DFe", "/STRASSE"}),
              ElementsAre(Twins{"/stra\u00DFe", "/STRASSE", Twins::By::letter_case}));
}

TEST(Twins, NormalForm) {
  EXPECT_THAT(twins({"/caf\u00E9", "/cafe\u0301"}),
              ElementsAre(Twins{"/caf\u00E9", "/cafe\u0301", Twins::By::normal_form}));
}

TEST(Twins, WhatIsBelowTwinsCountsOnce) {
  EXPECT_THAT(twins({"/D", "/D/f", "/d", "/d/f"}), ElementsAre(Twins{"/d", "/D", Twins::By::letter_case}));
  EXPECT_THAT(twins({"/D/f", "/d/f"}), ElementsAre(Twins{"/d/f", "/D/f", Twins::By::letter_case}))
      << "directories that are not listed";
}

TEST(Twins, OthersAreNone) {
  EXPECT_THAT(twins({}), IsEmpty());
  EXPECT_THAT(twins({"/a", "/a/A", "/a/b", "/ab"}), IsEmpty());
  EXPECT_THAT(twins({"/\xFF", "/\xFE", "/\xC3"}), IsEmpty()) << "no UTF-8";
}
