#pragma once
#include <boost/asio/awaitable.hpp>

namespace omniroute {

/// A coroutine that runs on its caller's worker. The forms g++ 12 miscompiles are listed in docs/architecture.md.
template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace omniroute
