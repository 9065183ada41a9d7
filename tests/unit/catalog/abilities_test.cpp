#include <gtest/gtest.h>

#include "omniroute/catalog/catalog.hpp"

namespace omniroute::catalog {
namespace {

TEST(Abilities, FamiliesAreToldByName) {
  EXPECT_EQ(family_model("meta/Llama-3.3-70b-instruct").context, 131'072);
  EXPECT_EQ(family_model("meta/llama-3.3-70b-instruct").images, false);
  EXPECT_EQ(family_model("claude-opus-4-6").images, true);
  EXPECT_EQ(family_model("kimi-k2-thinking").images, false);
  EXPECT_EQ(family_model("kimi-k2.5").images, true);
  EXPECT_EQ(family_model("qwen3-coder-plus").context, 1'000'000);
}

TEST(Abilities, TheMostOutputIsKnownWhereMoreIsRefused) {
  EXPECT_EQ(family_model("claude-3-5-haiku-20241022").max_output, 8'192);
  EXPECT_EQ(family_model("anthropic/claude-opus-4.1").max_output, 32'000);
  EXPECT_EQ(family_model("gpt-4o-2024-08-06").max_output, 16'384);
  EXPECT_EQ(family_model("gemini-2.5-flash").max_output, 65'536);
  EXPECT_FALSE(family_model("claude-next").max_output) << "a family's newest member may have more";
}

TEST(Abilities, WhatNobodyKnowsIsNotDenied) {
  const Model model = family_model("my-own-model");
  EXPECT_FALSE(model.context);
  EXPECT_FALSE(model.images);
  EXPECT_FALSE(model.tools);
}

TEST(Abilities, TheEntrysWordGoesFirst) {
  Model model;
  model.id = "deepseek-vl";
  model.context = 4'096;
  model.images = true;
  complete_by_family(model);
  EXPECT_EQ(model.context, 4'096);
  EXPECT_EQ(model.images, true);
  EXPECT_EQ(model.audio, false) << "the rest is its family's";
}

TEST(Abilities, ListedModelsAreComplete) {
  const Result<Catalog> catalog = Catalog::embedded();
  ASSERT_TRUE(catalog);
  const Provider* glm = catalog->find("glm");
  ASSERT_NE(glm, nullptr);
  const Model* model = glm->model("glm-4.7");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->images, false);
}

TEST(Windows, AreReadFromTheData) {
  const Result<Catalog> catalog = Catalog::embedded();
  ASSERT_TRUE(catalog);
  const Provider* claude = catalog->find("cc");
  ASSERT_NE(claude, nullptr);
  ASSERT_EQ(claude->windows.size(), 2U);
  EXPECT_EQ(claude->windows[0].name, "five_hour");
  EXPECT_EQ(claude->windows[0].length, std::chrono::hours(5));
  EXPECT_FALSE(claude->windows[0].limit);
  const Provider* kimi = catalog->find("kimi");
  ASSERT_EQ(kimi->windows.size(), 1U);
  EXPECT_EQ(kimi->windows[0].kind, domain::WindowKind::monthly);
  EXPECT_EQ(kimi->windows[0].unit, domain::WindowUnit::tokens);
  EXPECT_EQ(kimi->windows[0].limit, 10'000'000);
  EXPECT_EQ(catalog->find("nvidia")->windows[0].kind, domain::WindowKind::once);
  EXPECT_EQ(catalog->find("gc")->windows[0].zone, std::chrono::hours(-8));
}

}  // namespace
}  // namespace omniroute::catalog
