// SPDX-License-Identifier: MIT
#include "minipkg/json.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/model/json_text.hpp"

namespace minipkg {
namespace {

using Json = nlohmann::json;

Json schema(const std::string& name) {
  std::ifstream file(TEST_SOURCE_DIR "/../schemas/" + name + "-1.schema.json");
  return Json::parse(file);
}

template <typename Enum>
std::vector<std::string> words_up_to(Enum last) {
  std::vector<std::string> words;
  for (int i = 0; i <= static_cast<int>(last); ++i) words.emplace_back(json::name_of(static_cast<Enum>(i)));
  return words;
}

TEST(Json, EndsInOneNewlineAndNamesItsSchema) {
  const std::string text = to_json(Report{});
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(Json::parse(text).at("schema"), "minipkg-report/1");
}

TEST(Json, GivesBytesThatAreNoUtf8LossilyAndExactly) {
  const Json answer = Json::parse(to_json(std::vector<OwnedPath>{{"/caf\xe9", {}}, {"/plain", {"p"}}}));
  EXPECT_EQ(answer["paths"][0]["path"], "/caf\xEF\xBF\xBD");
  EXPECT_EQ(answer["paths"][0]["path_b64"], "L2NhZuk=");
  EXPECT_FALSE(answer["paths"][1].contains("path_b64"));
}

TEST(Json, EmptyPlanIsComplete) {
  const Json plan = Json::parse(to_json(Plan{}));
  EXPECT_EQ(plan.at("steps"), Json::array());
  EXPECT_EQ(plan.at("totals").at("kept"), 0);
}

TEST(Json, AStepCarriesEveryMemberItHas) {
  Plan plan;
  OnDisk before;
  before.mode = 0640;
  before.digest = Digest{};
  Attributes attributes;
  attributes.mode = 04755;
  attributes.set = {{"user.x", std::string("\0\xff", 2)}};
  plan.steps = {ReplaceFile{"/a", {1, 2}, attributes, before, Retired{"p", "1", {}}},
                SaveFile{"/b", "/b.save", before}};
  plan.step_places = {0, 3};
  const Json steps = Json::parse(to_json(plan)).at("steps");
  EXPECT_EQ(steps[0]["kind"], "replace_file");
  EXPECT_EQ(steps[0]["from"], Json({{"package", 1}, {"entry", 2}}));
  EXPECT_EQ(steps[0]["attributes"]["mode"], "4755");
  EXPECT_EQ(steps[0]["attributes"]["set"]["user.x"], "AP8=");
  EXPECT_EQ(steps[0]["before"]["digest"]["sha256"], std::string(64, '0'));
  EXPECT_EQ(steps[0]["retired"]["version"], "1");
  EXPECT_EQ(steps[1]["save_as"], "/b.save");
  EXPECT_EQ(steps[1]["place"], 3);
}

TEST(Json, NeverThrowsForStrangeBytes) {
  Report report;
  report.warnings = {"\xff\xfe"};
  EXPECT_EQ(Json::parse(to_json(report))["warnings"][0], "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Json, WordsAreThoseOfTheSchemas) {
  const Json common = schema("common")["$defs"];
  EXPECT_EQ(words_up_to(FileType::socket), common["file_type"]["enum"]);
  EXPECT_EQ(words_up_to(Action::remove), common["change"]["properties"]["action"]["enum"]);
  EXPECT_EQ(words_up_to(NoticeKind::looks_the_same), common["notice"]["properties"]["kind"]["enum"]);
  const Json problem = schema("problems")["properties"]["problems"]["items"]["properties"];
  EXPECT_EQ(words_up_to(ProblemKind::backup_impossible), problem["kind"]["enum"]);
  EXPECT_EQ(words_up_to(ErrorKind::internal), schema("error")["properties"]["kind"]["enum"]);
  EXPECT_EQ(words_up_to(Recovery::finished), schema("recovery")["properties"]["recovery"]["enum"]);
  const Json process = schema("needs-restart")["properties"]["processes"]["items"]["properties"];
  const Json file = process["files"]["items"]["properties"];
  EXPECT_EQ(words_up_to(Use::descriptor), file["use"]["enum"]);
  EXPECT_EQ(words_up_to(RetiredKind::removed), file["kind"]["enum"]);
  EXPECT_EQ(words_up_to(Certainty::likely), file["certainty"]["enum"]);
  EXPECT_EQ(words_up_to(Basis::path), file["basis"]["enum"]);
  const Json remedy = schema("needs-restart")["properties"]["remedies"]["items"]["properties"];
  EXPECT_EQ(words_up_to(RemedyKind::restart_process), remedy["kind"]["enum"]);
  EXPECT_EQ(words_up_to(Manner::by_hand), remedy["manner"]["enum"]);
  const Json reason = schema("needs-restart")["properties"]["reboot"]["items"]["properties"];
  EXPECT_EQ(words_up_to(Reboot::reboot), reason["wish"]["enum"]);
}

TEST(Json, FileTypesAreReadBack) {
  EXPECT_EQ(json::file_type_named("hardlink"), FileType::hardlink);
  EXPECT_EQ(json::file_type_named("absent"), std::nullopt);
}

}  // namespace
}  // namespace minipkg
