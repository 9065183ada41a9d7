#include <unistd.h>

#include <cerrno>

#include "omniroute/net/listener.hpp"
#include "socket_stream.hpp"
#include "unix_path.hpp"

namespace omniroute::net {

Task<Result<std::unique_ptr<Stream>>> connect_unix(Worker& worker, std::string path) {
  const auto refused = [&path](const std::error_code& why) {
    Error error(ErrorKind::upstream_failed, "Cannot connect to the socket " + path + ": " + why.message() + ".");
    return error;
  };
  const UnixPath address(path);
  if (address.failure()) co_return refused(address.failure());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) co_return refused(std::error_code(errno, std::system_category()));
  // A Unix connect does not wait for a network: it ends at once, unless the listener's queue is full.
  if (::connect(descriptor, address.data(), address.size()) != 0) {
    const std::error_code why(errno, std::system_category());
    ::close(descriptor);
    co_return refused(why);
  }
  std::unique_ptr<Stream> stream = adopt_socket(worker, AF_UNIX, descriptor);
  if (!stream) co_return refused(std::make_error_code(std::errc::not_enough_memory));
  co_return Result<std::unique_ptr<Stream>>(std::move(stream));
}

}  // namespace omniroute::net
