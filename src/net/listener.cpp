#include "omniroute/net/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>

#include "omniroute/base/log.hpp"
#include "socket_stream.hpp"
#include "tls_stream.hpp"
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

/// For who speaks HTTP to a port that speaks TLS.
constexpr std::string_view speak_tls =
    "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 42\r\nconnection: close\r\n\r\n"
    "This port speaks TLS. Say https:// to it.\n";
static_assert(speak_tls.substr(speak_tls.find("\r\n\r\n") + 4).size() == 42);
constexpr auto handshake_time = std::chrono::seconds(10);

/// What a socket on its way to another worker takes along: not the listener itself, which belongs to the first worker.
struct Handover {
  Handover(int its_family, Listener::Accepted callback) : family(its_family), accepted(std::move(callback)) {}
  const int family;
  const Listener::Accepted accepted;
  std::shared_ptr<const TlsServer> identity;  // none = plain
  std::atomic<bool> closed{false};
};

/// The handshake of one connection; it is handed over when that succeeded.
Task<void> shake_hands(std::shared_ptr<Handover> to, Worker& worker, std::unique_ptr<Stream> plain, int descriptor) {
  const std::shared_ptr<SSL_CTX> context = to->identity->context();
  auto stream = std::make_unique<TlsStream>(std::move(plain), context.get(), descriptor);
  const Tick deadline = worker.clock().now() + handshake_time;
  const std::error_code failure = co_await stream->handshake(deadline);
  if (!failure) {
    std::unique_ptr<Stream> secured = std::move(stream);
    to->accepted(worker, std::move(secured));
    co_return;
  }
  log::debug("tls handshake failed: reason={} words={}", failure.message(), stream->words());
  if (stream->words().find("http request") != std::string::npos) {
    const std::array parts{speak_tls};
    const Transfer told = co_await stream->inner().write(parts, deadline);
    static_cast<void>(told);
    stream->inner().shutdown_write();
  }
  stream->close();
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  /// Of a socket that listens.
  static std::shared_ptr<State> make(Descriptor socket, std::vector<Worker*> workers, Accepted callback);
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
      const int descriptor = owned.release();
      std::unique_ptr<SocketStream> stream = adopt_socket(*worker, to->family, descriptor);
      if (!stream) return;
      if (to->identity) {
        stream->mind_half_close();
        worker->spawn("tls handshake", shake_hands(to, *worker, std::move(stream), descriptor));
      } else {
        to->accepted(*worker, std::move(stream));
      }
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
  std::string address;
  std::string path;
};

namespace {

/// Where a socket is bound.
struct Bound {
  int family = AF_UNSPEC;
  std::uint16_t port = 0;
  std::string address;
};

Bound bound_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Bound bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return bound;
  bound.family = address.ss_family;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* four = reinterpret_cast<const sockaddr_in*>(&address);
  const auto* six = reinterpret_cast<const sockaddr_in6*>(&address);
  if (bound.family == AF_INET) {
    bound.port = ntohs(four->sin_port);
    ::inet_ntop(AF_INET, &four->sin_addr, text.data(), text.size());
  } else if (bound.family == AF_INET6) {
    bound.port = ntohs(six->sin6_port);
    ::inet_ntop(AF_INET6, &six->sin6_addr, text.data(), text.size());
  }
  bound.address = text.data();
  return bound;
}

}  // namespace

std::shared_ptr<Listener::State> Listener::State::make(Descriptor socket, std::vector<Worker*> workers, Accepted callback) {
  Bound bound = bound_of(socket.get());
  auto state = std::make_shared<State>(std::move(socket), bound.family, std::move(workers), std::move(callback));
  state->port = bound.port;
  state->address = std::move(bound.address);
  return state;
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { close(); }

void Listener::secure(std::shared_ptr<const TlsServer> identity) { state_->handover->identity = std::move(identity); }

std::uint16_t Listener::port() const { return state_->port; }

std::string Listener::address() const { return state_->address; }

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
    return std::unique_ptr<Listener>(new Listener(State::make(std::move(socket), std::move(workers), std::move(accepted))));
  }
  return cannot_listen(where, failure);
}

Result<std::unique_ptr<Listener>> Listener::adopt(int descriptor, std::vector<Worker*> workers, Accepted accepted) {
  Descriptor socket(descriptor);
  const auto option = [descriptor](int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
  };
  if (option(SO_TYPE) != SOCK_STREAM || option(SO_ACCEPTCONN) != 1)
    return Error(ErrorKind::bad_request, "The inherited descriptor " + std::to_string(descriptor) +
                                             " is no listening stream socket. Use ListenStream= without Accept=yes in the socket unit.");
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return std::unique_ptr<Listener>(new Listener(State::make(std::move(socket), std::move(workers), std::move(accepted))));
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
