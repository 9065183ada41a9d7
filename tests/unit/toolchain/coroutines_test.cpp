// The coroutine forms that this project relies on, each with a type that notices wrong copies. README.md has the unsound ones.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/base/task.hpp"

namespace {

using omniroute::Task;

/// Owns memory and knows all live objects of its kind by address: a bytewise copy or a second destruction throws the count off.
class Checked {
 public:
  explicit Checked(std::string text) : text_(std::move(text)) { born(); }
  Checked(const Checked& other) : text_(other.text_) { born(); }
  Checked(Checked&& other) noexcept : text_(std::move(other.text_)) { born(); }
  Checked& operator=(const Checked&) = default;
  Checked& operator=(Checked&&) noexcept = default;
  ~Checked() { broken() |= living().erase(this) != 1; }

  const std::string& text() const { return text_; }
  bool known() const { return living().contains(this); }
  static int alive() { return static_cast<int>(living().size()) + (broken() ? 1000 : 0); }

 private:
  void born() { broken() |= !living().insert(this).second; }
  static std::set<const Checked*>& living() {
    static std::set<const Checked*> objects;
    return objects;
  }
  static bool& broken() {
    static bool value = false;
    return value;
  }
  std::string text_;
};

struct Trivial {
  int a = 0;
  double b = 0;
};

struct Owner {
  Checked first{"first, long enough to be on the heap"};
  std::vector<Checked> rest;
};

const std::string kLong = "a text that is too long for the small buffer of a string";

/// Suspends for real, so that everything has to live in the frame.
Task<void> pause() { co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable); }

Task<std::string> take(Checked value) {
  co_await pause();
  co_return value.known() ? value.text() : "lost";
}
Task<std::string> look(const Checked& value) {
  co_await pause();
  co_return value.known() ? value.text() : "lost";
}
Task<int> sum(Trivial value) {
  co_await pause();
  co_return value.a + static_cast<int>(value.b);
}
Task<std::size_t> count(Owner owner) {
  co_await pause();
  co_return owner.first.known() ? owner.rest.size() : 99;
}
Task<std::string> join(std::string a, std::pair<std::string, Checked> b, std::optional<Checked> c, std::unique_ptr<Checked> d) {
  co_await pause();
  co_return a + "," + b.first + b.second.text() + "," + (c ? c->text() : "") + "," + d->text();
}
Task<Checked> make(std::string text) {
  co_await pause();
  co_return Checked(std::move(text));
}
Task<std::vector<Checked>> make_many(int n) {
  co_await pause();
  std::vector<Checked> many;
  for (int i = 0; i < n; ++i) many.emplace_back(kLong + std::to_string(i));
  co_return many;
}
Task<std::string> with_default(std::string text = kLong, Checked extra = Checked("extra")) {
  co_await pause();
  co_return text + extra.text();
}
Owner make_owner(int n) {
  Owner owner;
  for (int i = 0; i < n; ++i) owner.rest.emplace_back(kLong);
  return owner;
}

/// Runs one coroutine to its end on this thread and hands on what it throws.
void run(Task<void> task) {
  boost::asio::io_context context;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, std::move(task), [&thrown](std::exception_ptr error) { thrown = error; });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

Task<void> trivial_aggregate() { EXPECT_EQ(co_await sum(Trivial{1, 2.0}), 3); }
Task<void> class_temporary_by_value() { EXPECT_EQ(co_await take(Checked(kLong)), kLong); }
Task<void> class_temporary_by_reference() { EXPECT_EQ(co_await look(Checked(kLong)), kLong); }
Task<void> several_owning_temporaries() {
  EXPECT_EQ(co_await join(std::string("a"), std::pair<std::string, Checked>("b", Checked("c")), std::optional<Checked>(Checked("d")),
                          std::make_unique<Checked>("e")),
            "a,bc,d,e");
}
Task<void> factory_of_an_aggregate() { EXPECT_EQ(co_await count(make_owner(3)), 3U); }
Task<void> named_aggregate_moved() {
  Owner owner = make_owner(2);
  EXPECT_EQ(co_await count(std::move(owner)), 2U);
}
Task<void> named_lambda() {
  std::string kept = kLong;
  auto text = [kept] { return kept; };
  EXPECT_EQ(co_await take(Checked(text())), kLong);
}
Task<void> range_for_over_a_result() {
  int seen = 0;
  for (const Checked& one : co_await make_many(3)) seen += one.known() ? 1 : 100;
  EXPECT_EQ(seen, 3);
}
Task<void> if_with_initialiser() {
  if (Checked made = co_await make(kLong); made.known()) {
    EXPECT_EQ(made.text(), kLong);
  } else {
    ADD_FAILURE() << "the result is not where it was made";
  }
}
Task<void> default_arguments() { EXPECT_EQ(co_await with_default(), kLong + "extra"); }
Task<void> two_in_one_expression() { EXPECT_EQ((co_await make("a")).text() + (co_await make("b")).text(), "ab"); }
Task<void> loop_of_awaits() {
  std::string all;
  for (int i = 0; i < 50; ++i) {
    Checked made = co_await make(std::to_string(i % 10));
    all += made.text();
  }
  EXPECT_EQ(all.size(), 50U);
}
Task<void> thrown_through_frames() {
  Checked held(kLong);
  bool caught = false;
  try {
    co_await [](Checked value) -> Task<void> {
      co_await pause();
      throw std::runtime_error(value.text());
    }(Checked("thrown"));
  } catch (const std::runtime_error& error) {
    caught = std::string(error.what()) == "thrown";
  }
  EXPECT_TRUE(caught && held.known());
}

using Form = Task<void> (*)();
class SoundForm : public testing::TestWithParam<std::pair<const char*, Form>> {};

TEST_P(SoundForm, DestroysEachObjectOnceAndInPlace) {
  run(GetParam().second());
  EXPECT_EQ(Checked::alive(), 0);
}

#define FORM(name) std::pair<const char*, Form>(#name, name)
INSTANTIATE_TEST_SUITE_P(Toolchain, SoundForm,
                         testing::Values(FORM(trivial_aggregate), FORM(class_temporary_by_value), FORM(class_temporary_by_reference),
                                         FORM(several_owning_temporaries), FORM(factory_of_an_aggregate), FORM(named_aggregate_moved),
                                         FORM(named_lambda), FORM(range_for_over_a_result), FORM(if_with_initialiser),
                                         FORM(default_arguments), FORM(two_in_one_expression), FORM(loop_of_awaits),
                                         FORM(thrown_through_frames)),
                         [](const auto& form) { return std::string(form.param.first); });

}  // namespace
