#include "omniroute/net/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>

#include "omniroute/base/log.hpp"
#include "socket_stream.hpp"
#include "unix_path.hpp"

namespace omniroute::net {
namespace {

constexpr int backlog = 4096;
constexpr int accepts_per_wake = 64;  // then other work of this worker gets its turn
constexpr auto exhausted_pause = std::chrono::milliseconds(200);
constexpr int pauses_before_shedding = 5;

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset(other.release());
    return *this;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

Descriptor spare_descriptor() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool out_of_descriptors(int code) { return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM; }

Error cannot_listen(const std::string& where, int code) {
  const bool taken = code == EADDRINUSE;
  Error error(ErrorKind::internal, taken ? "The address " + where + " is in use: another program, or another omniroute, listens there."
                                         : "Cannot listen on " + where + ": " + std::strerror(code) + ".");
  if (taken) error.code = "address_in_use";
  return error;
}

/// What a socket on its way to another worker takes along: not the listener itself, which belongs to the first worker.
struct Handover {
  Handover(int its_family, Listener::Accepted callback) : family(its_family), accepted(std::move(callback)) {}
  const int family;
  const Listener::Accepted accepted;
  std::atomic<bool> closed{false};
};

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(Descriptor socket, int family, std::vector<Worker*> its_workers, Accepted callback)
      : handover(std::make_shared<Handover>(family, std::move(callback))),
        workers(std::move(its_workers)),
        acceptor(workers.front()->state().context, socket.release()),
        pause(workers.front()->state().context) {}

  void wait() {
    if (handover->closed) return;
    acceptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || self->handover->closed) return;
                          self->take();
                        });
  }

  void take() {
    for (int i = 0; i < accepts_per_wake; ++i) {
      const int fd = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        pauses = 0;
        hand_over(fd);
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (!out_of_descriptors(errno)) continue;  // the connection was gone again, or the network had a fault of its own
      back_off();
      return;
    }
    wait();
  }

  void hand_over(int fd) {
    if (handover->family != AF_UNIX) set_no_delay(fd);
    Worker* worker = workers[next++ % workers.size()];
    boost::asio::post(worker->state().context, [to = handover, worker, owned = Descriptor(fd)]() mutable {
      if (to->closed) return;
      std::unique_ptr<Stream> stream = adopt_socket(*worker, to->family, owned.release());
      if (stream) to->accepted(*worker, std::move(stream));
    });
  }

  /// Out of descriptors: who waits in the queue may be served when one is free again. When none is for long, the
  /// spare one lets us end a waiting connection each time, so that its client need not run into its own time limit.
  void back_off() {
    if (pauses == 0) log::warn("out of file descriptors: new connections wait");
    if (++pauses > pauses_before_shedding) {
      spare.reset();
      const Descriptor shed(::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    if (spare.get() < 0) spare = spare_descriptor();
    pause.expires_after(exhausted_pause);
    pause.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && !self->handover->closed) self->take();
    });
  }

  void shut() {
    if (handover->closed.exchange(true)) return;
    boost::asio::post(workers.front()->state().context, [self = shared_from_this()] {
      boost::system::error_code ignored;
      self->acceptor.close(ignored);
      self->pause.cancel();
    });
    if (!path.empty()) ::unlink(path.c_str());
  }

  const std::shared_ptr<Handover> handover;
  const std::vector<Worker*> workers;
  boost::asio::posix::stream_descriptor acceptor;
  boost::asio::steady_timer pause;
  Descriptor spare = spare_descriptor();
  std::size_t next = 0;
  int pauses = 0;
  std::uint16_t port = 0;
  std::string path;
};

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { close(); }

std::uint16_t Listener::port() const { return state_->port; }

void Listener::start() {
  boost::asio::post(state_->workers.front()->state().context, [state = state_] { state->wait(); });
}

void Listener::close() { state_->shut(); }

Result<std::unique_ptr<Listener>> Listener::tcp(std::string host, std::uint16_t port, std::vector<Worker*> workers, Accepted accepted) {
  const std::string where = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0)
    return Error(ErrorKind::internal, "Cannot listen on " + where + ": " + ::gai_strerror(code) + ".");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  int failure = EADDRNOTAVAIL;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    Descriptor socket(::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
      failure = errno;
      continue;
    }
    const int on = 1;
    const int off = 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->ai_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (::bind(socket.get(), at->ai_addr, at->ai_addrlen) != 0 || ::listen(socket.get(), backlog) != 0) {
      failure = errno;
      continue;
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    const std::uint16_t taken = at->ai_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                                          : reinterpret_cast<const sockaddr_in&>(bound).sin_port;
    auto state = std::make_shared<State>(std::move(socket), at->ai_family, std::move(workers), std::move(accepted));
    state->port = ntohs(taken);
    return std::unique_ptr<Listener>(new Listener(std::move(state)));
  }
  return cannot_listen(where, failure);
}

Result<std::unique_ptr<Listener>> Listener::unix_socket(std::string path, std::vector<Worker*> workers, Accepted accepted) {
  const UnixPath address(path);
  if (address.failure()) return cannot_listen(path, address.failure().value());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return cannot_listen(path, errno);
  // On Linux bind() gives the file the socket's own mode, so it is never open to others, whatever the umask.
  ::fchmod(socket.get(), S_IRUSR | S_IWUSR);
  int bound = ::bind(socket.get(), address.data(), address.size());
  if (bound != 0 && errno == EADDRINUSE) {
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address.data(), address.size()) == 0 || errno != ECONNREFUSED) return cannot_listen(path, EADDRINUSE);
    ::unlink(path.c_str());  // left behind by a process that is gone
    bound = ::bind(socket.get(), address.data(), address.size());
  }
  if (bound != 0 || ::listen(socket.get(), backlog) != 0) return cannot_listen(path, errno);
  auto state = std::make_shared<State>(std::move(socket), AF_UNIX, std::move(workers), std::move(accepted));
  state->path = std::move(path);
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

}  // namespace omniroute::net
