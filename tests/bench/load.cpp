// bench_load: a load generator for the bench. One thread, loopback only. Prints one JSON object.
//   --url http://127.0.0.1:P/path --body FILE [--header "K: V"]… --conns N
//   --mode json --duration S --warmup S     whole answers one after another on each connection
//   --mode sse  --expect-chunks N --ramp S  N streams at once, begun evenly over the ramp
//   --pid P…                                their CPU time and greatest resident set in the measured part
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "wire.hpp"

namespace {

using bench::now_ns;

struct Options {
  std::string path = "/", body, mode = "json";
  std::vector<std::string> headers;
  std::vector<int> pids;
  int port = 0;
  unsigned connections = 1, expect = 0;
  double duration = 3, warmup = 1, ramp = 0, timeout = 30;
};

struct Client {
  int socket = -1;
  std::string in;        // what came and is not used up
  std::size_t sent = 0;  // of the request
  std::uint64_t began = 0, begin_at = 0;
  long length = -1;  // of the body; -1 = chunked
  bool in_body = false, done = false, seen_first = false;
  int status = 0;
  unsigned pieces = 0;
  std::string tail;  // the last bytes searched, where a stamp may be cut
};

struct Figures {
  std::vector<double> latency, first, delay;  // microseconds
  std::uint64_t ok = 0, errors = 0, pieces = 0;
};

Options options;
Figures figures;
std::string request;
bool measuring = false;

double cpu_seconds() {
  double sum = 0;
  for (int pid : options.pids) {
    std::string folder = "/proc/" + std::to_string(pid) + "/task";
    DIR* tasks = opendir(folder.c_str());
    if (tasks == nullptr) continue;
    while (dirent* entry = readdir(tasks)) {
      if (entry->d_name[0] == '.') continue;
      if (FILE* file = std::fopen((folder + "/" + entry->d_name + "/schedstat").c_str(), "r")) {
        unsigned long long ns = 0;
        if (std::fscanf(file, "%llu", &ns) == 1) sum += static_cast<double>(ns) / 1e9;
        std::fclose(file);
      }
    }
    closedir(tasks);
  }
  return sum;
}

long resident_kb() {
  long sum = 0;
  for (int pid : options.pids) {
    if (FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "r")) {
      long all = 0, resident = 0;
      if (std::fscanf(file, "%ld %ld", &all, &resident) == 2) sum += resident * (sysconf(_SC_PAGESIZE) / 1024);
      std::fclose(file);
    }
  }
  return sum;
}

void connect_client(Client& client, int poller, std::size_t index) {
  client.socket = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) bench::fail("connect");
  bench::make_quick(client.socket);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET | EPOLLRDHUP;
  event.data.u64 = index;
  epoll_ctl(poller, EPOLL_CTL_ADD, client.socket, &event);
}

void send_more(Client& client) {
  while (client.sent < request.size()) {
    ssize_t n = send(client.socket, request.data() + client.sent, request.size() - client.sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    client.sent += static_cast<std::size_t>(n);
  }
}

void begin(Client& client) {
  client.in.clear();
  client.tail.clear();
  client.in_body = client.seen_first = false;
  client.pieces = 0;
  client.sent = 0;
  client.began = now_ns();
  send_more(client);
}

/// Finds the stamps in fresh bytes, also one that was cut.
void count_pieces(Client& client, std::string_view fresh, std::uint64_t now) {
  client.tail.append(fresh);
  std::string_view text = client.tail;
  std::size_t at = 0, kept = 0;
  while ((at = text.find('@', at)) != std::string_view::npos) {
    if (text.size() - at < bench::kStamp) break;
    std::uint64_t written = bench::read_stamp(text.data() + at);
    if (written == 0) {
      ++at;
      continue;
    }
    at += bench::kStamp;
    kept = at;
    ++client.pieces;
    if (!client.seen_first) figures.first.push_back(static_cast<double>(now - client.began) / 1e3);
    client.seen_first = true;
    figures.delay.push_back(static_cast<double>(now - written) / 1e3);
  }
  if (at == std::string_view::npos) kept = text.size();
  client.tail.erase(0, std::max(kept, text.size() > 64 ? text.size() - 64 : 0));
}

/// Reads the head off the input; false while it is not whole.
bool take_head(Client& client) {
  std::size_t end = client.in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  std::string_view head = std::string_view(client.in).substr(0, end + 2);
  client.status = std::atoi(client.in.c_str() + 9);
  std::string length(bench::header_of(head, "content-length:"));
  client.length = length.empty() ? -1 : std::atol(length.c_str());
  client.in.erase(0, end + 4);
  client.in_body = true;
  return true;
}

enum class Progress { more, whole, broken };

Progress use_input(Client& client) {
  if (!client.in_body && !take_head(client)) return Progress::more;
  if (options.mode == "sse") {
    // The bodies of streams are not kept: only the end of the last chunk matters.
    bool ended = client.in.size() >= 5 && client.in.compare(client.in.size() - 5, 5, "0\r\n\r\n") == 0;
    if (client.in.size() > 16) client.in.erase(0, client.in.size() - 16);
    if (client.length >= 0) return Progress::broken;
    return ended ? Progress::whole : Progress::more;
  }
  if (client.length >= 0) return client.in.size() >= static_cast<std::size_t>(client.length) ? Progress::whole : Progress::more;
  bool ended = client.in.size() >= 5 && client.in.compare(client.in.size() - 5, 5, "0\r\n\r\n") == 0;
  return ended ? Progress::whole : Progress::more;
}

Progress read_more(Client& client) {
  static char buffer[1 << 18];
  while (true) {
    ssize_t n = recv(client.socket, buffer, sizeof buffer, 0);
    if (n == 0) return Progress::broken;
    if (n < 0) return errno == EAGAIN ? Progress::more : Progress::broken;
    std::string_view fresh(buffer, static_cast<std::size_t>(n));
    if (options.mode == "sse") count_pieces(client, fresh, now_ns());
    client.in.append(fresh);
    Progress progress = use_input(client);
    if (progress != Progress::more) return progress;
  }
}

double percentile(std::vector<double>& values, double which) {
  if (values.empty()) return 0;
  std::size_t at = std::min(values.size() - 1, static_cast<std::size_t>(which / 100.0 * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

void note_end(Client& client, bool whole) {
  bool good = whole && client.status == 200 && (options.expect == 0 || client.pieces == options.expect);
  if (options.mode == "sse" || measuring) {
    ++(good ? figures.ok : figures.errors);
    figures.pieces += client.pieces;
    figures.latency.push_back(static_cast<double>(now_ns() - client.began) / 1e3);
  }
}

void run() {
  int poller = epoll_create1(0);
  std::vector<Client> clients(options.connections);
  bool stream = options.mode == "sse";
  std::uint64_t start = now_ns();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].begin_at =
        start +
        (stream ? static_cast<std::uint64_t>(options.ramp * 1e9 * static_cast<double>(i) / static_cast<double>(clients.size())) : 0);
    connect_client(clients[i], poller, i);
  }
  std::uint64_t measure_from = stream ? start : start + static_cast<std::uint64_t>(options.warmup * 1e9);
  std::uint64_t measure_to = measure_from + static_cast<std::uint64_t>((stream ? options.timeout : options.duration) * 1e9);
  std::uint64_t last_look = 0;
  double cpu = cpu_seconds();
  long resident = 0;
  std::size_t begun = 0, ended = 0;
  measuring = stream;
  std::vector<epoll_event> events(1024);
  while (now_ns() < measure_to && (!stream || ended < clients.size())) {
    std::uint64_t now = now_ns();
    for (; begun < clients.size() && clients[begun].begin_at <= now; ++begun) begin(clients[begun]);
    if (!measuring && now >= measure_from) {
      measuring = true;
      cpu = cpu_seconds();
      measure_from = now;
    }
    if (now - last_look > 50'000'000) {
      last_look = now;
      resident = std::max(resident, resident_kb());
    }
    int n = epoll_wait(poller, events.data(), static_cast<int>(events.size()), begun < clients.size() ? 1 : 20);
    for (int i = 0; i < n; ++i) {
      Client& client = clients[events[static_cast<std::size_t>(i)].data.u64];
      if (client.done || client.began == 0) continue;
      if (client.sent < request.size()) send_more(client);
      Progress progress = read_more(client);
      if (progress == Progress::more) continue;
      note_end(client, progress == Progress::whole);
      if (stream || progress == Progress::broken) {
        client.done = true;
        ++ended;
        close(client.socket);
        if (!stream) {
          auto index = static_cast<std::size_t>(&client - clients.data());
          client = Client{};
          connect_client(client, poller, index);
          begin(client);
        }
      } else {
        begin(client);
      }
    }
  }
  for (const Client& client : clients) figures.errors += stream && !client.done ? 1 : 0;
  double used = cpu_seconds() - cpu;
  double seconds = static_cast<double>(now_ns() - measure_from) / 1e9;
  auto ok = static_cast<double>(std::max<std::uint64_t>(1, figures.ok));
  auto pieces = static_cast<double>(std::max<std::uint64_t>(1, figures.pieces));
  std::printf(
      "{\"ok\":%llu,\"errors\":%llu,\"seconds\":%.3f,\"rps\":%.1f,\"cpu_s\":%.4f,\"cpu_us_per_request\":%.2f,"
      "\"latency_us\":{\"p50\":%.1f,\"p99\":%.1f},\"ttft_us\":{\"p50\":%.1f,\"p99\":%.1f},"
      "\"chunk_delay_us\":{\"p50\":%.1f,\"p99\":%.1f},\"chunks\":%llu,\"chunks_per_s\":%.0f,\"cpu_s_per_1000_chunks\":%.6f,\"rss_max_kb\":%"
      "ld}\n",
      static_cast<unsigned long long>(figures.ok), static_cast<unsigned long long>(figures.errors), seconds,
      static_cast<double>(figures.ok) / seconds, used, used * 1e6 / ok, percentile(figures.latency, 50), percentile(figures.latency, 99),
      percentile(figures.first, 50), percentile(figures.first, 99), percentile(figures.delay, 50), percentile(figures.delay, 99),
      static_cast<unsigned long long>(figures.pieces), static_cast<double>(figures.pieces) / seconds, used * 1000 / pieces, resident);
}

void read_options(int count, char** words) {
  for (int i = 1; i + 1 < count; i += 2) {
    std::string name = words[i], value = words[i + 1];
    if (name == "--url") {
      std::size_t colon = value.rfind(':'), slash = value.find('/', colon);
      options.port = std::atoi(value.c_str() + colon + 1);
      options.path = value.substr(slash);
    } else if (name == "--body") {
      if (FILE* file = std::fopen(value.c_str(), "r")) {
        char buffer[65536];
        for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) options.body.append(buffer, n);
        std::fclose(file);
      }
    } else if (name == "--header") {
      options.headers.push_back(value);
    } else if (name == "--mode") {
      options.mode = value;
    } else if (name == "--pid") {
      options.pids.push_back(std::atoi(value.c_str()));
    } else {
      double number = std::atof(value.c_str());
      if (name == "--conns") options.connections = static_cast<unsigned>(number);
      if (name == "--expect-chunks") options.expect = static_cast<unsigned>(number);
      if (name == "--duration") options.duration = number;
      if (name == "--warmup") options.warmup = number;
      if (name == "--ramp") options.ramp = number;
      if (name == "--timeout") options.timeout = number;
    }
  }
}

}  // namespace

int main(int count, char** words) {
  read_options(count, words);
  if (options.port == 0 || options.body.empty()) {
    std::fputs("bench_load --url http://127.0.0.1:PORT/path --body FILE [--mode json|sse] [--conns N] …\n", stderr);
    return 2;
  }
  request = "POST " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(options.body.size()) + "\r\n";
  for (const std::string& header : options.headers) request += header + "\r\n";
  request += "\r\n" + options.body;
  run();
}
