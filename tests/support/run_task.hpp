#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

#include "omniroute/base/task.hpp"

namespace omniroute::test {

template <class T>
Task<void> run_into(Task<T> task, std::optional<T>& result) {
  T value = co_await std::move(task);
  result.emplace(std::move(value));
}

/// Runs one coroutine to its end on the calling thread and returns what it returned.
template <class T>
T run_task(Task<T> task) {
  // It stays: a pool's thread that hands a result over may still be inside it when the result has been taken.
  thread_local boost::asio::io_context context(1);
  context.restart();
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, run_into(std::move(task), result), [&](std::exception_ptr failure) { thrown = std::move(failure); });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(result);
}

}  // namespace omniroute::test
