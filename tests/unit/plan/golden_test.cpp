// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "minipkg/json.hpp"
#include "minipkg/plan.hpp"
#include "support/facts_json.hpp"

// One test for each tests/plan/*.json: {"why", "request", "facts", "expect"}. MINIPKG_ACCEPT=1 writes "expect".
namespace minipkg::test {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(TEST_SOURCE_DIR "/plan")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class PlanGolden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(PlanGolden, IsAsExpected) {
  Json golden = Json::parse(std::ifstream(GetParam()));
  const PlanCase plan_case = plan_case_from(nlohmann::json(golden));
  const Planned planned = plan_transaction(plan_case.request, plan_case.facts);
  const Json actual = Json::parse(std::visit([](const auto& either) { return to_json(either); }, planned));
  if (std::getenv("MINIPKG_ACCEPT") != nullptr) {
    golden["expect"] = actual;
    std::ofstream(GetParam()) << golden.dump(1) << "\n";
    return;
  }
  EXPECT_EQ(nlohmann::json(golden.at("expect")).dump(1), nlohmann::json(actual).dump(1)) << golden.at("why");
}

INSTANTIATE_TEST_SUITE_P(Files, PlanGolden, testing::ValuesIn(case_files()), test_name);

}  // namespace
}  // namespace minipkg::test
