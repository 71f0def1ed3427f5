#!/usr/bin/perl
# A node in another language, written from docs/node-contract.md alone. It reaches no consensus:
# its log is a block for every tenth of a second since `start`, empty and the same everywhere, and
# a transaction is "committed" at the first turn of its loop after it was sent. What it measures
# of that, it measures honestly.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC CLOCK_REALTIME);

my ($run, $index, $control, $data, $state_dir) = map {
    my $value = $ENV{"TESTBED_$_"};
    unless (defined $value && length $value) { print STDERR "TESTBED_$_ is missing\n"; exit 2 }
    $value;
} qw(RUN_ID NODE_INDEX CONTROL_LISTEN DATA_LISTEN STATE_DIR);

my $json = JSON::PP->new->canonical;
my ($state, $links, $ended) = ('waiting', 0, 0);
my $wall_offset_ms = (clock_gettime(CLOCK_REALTIME) - clock_gettime(CLOCK_MONOTONIC)) * 1000;
sub now_ms { return clock_gettime(CLOCK_MONOTONIC) * 1000 + $wall_offset_ms }
$SIG{TERM} = sub { $state = 'stopped'; $ended ||= 1 };
$SIG{PIPE} = 'IGNORE';

# --- the log: a block every 100 ms since start, its identifier is a hash of its height -----------
my ($chain, $height, $digest, $due_block_ms, @digests) = ('', 0, "\0" x 32, 0);
my ($blocks_in_window, $proposed_in_window) = (0, 0);

sub extend_log {
    my ($now) = @_;
    while ($state eq 'running' && $now >= $due_block_ms) {
        $height++;
        $digest = sha256($digest . sha256("$chain/$height"));
        push @digests, { height => $height, digestHex => unpack('H*', $digest) };
        splice @digests, 0, @digests - 5000 if @digests > 6000;
        $blocks_in_window++ if in_window($due_block_ms);
        $due_block_ms += 100;
    }
}

# --- load: open loop, due times from a seeded generator ------------------------------------------
my ($load, $next_due, $window_start, $window_end, $end_ms, $cpu_start, $cpu_end);
my ($scheduled, $committed, $due_in, $committed_of, $committed_in) = (0) x 5;
my ($submitted_total, $committed_total, $memory_max, @latency, @lag, @lateness, @series) = (0, 0, 0);

sub in_window { my ($ms) = @_; return $load && $ms >= $window_start && $ms < $window_end }
sub cpu_micros { my ($user, $system) = times; return int(($user + $system) * 1e6) }

sub resident_bytes {
    open my $file, '<', '/proc/self/statm' or return 0;
    my (undef, $pages) = split ' ', <$file>;
    return $pages * 4096;
}

sub gap_ms {
    my $mean = 1000 / $load->{rateTxPerSec};
    return $load->{arrivals} eq 'constant' ? $mean : -$mean * log(1 - rand);
}

sub begin_load {
    ($load) = @_;
    srand($load->{seed});
    ($scheduled, $committed, $due_in, $committed_of, $committed_in) = (0) x 5;
    ($blocks_in_window, $memory_max, $cpu_start, $cpu_end) = (0, 0);
    (@latency, @lag, @lateness, @series) = ();
    $window_start = $load->{startUnixMs} + $load->{warmupMs};
    $end_ms = $window_end = $window_start + $load->{measureMs};
    my $first = $load->{rateTxPerSec} <= 0 ? 9e15
      : $load->{arrivals} eq 'constant' ? rand(1000 / $load->{rateTxPerSec}) : gap_ms();
    $next_due = $load->{startUnixMs} + $first;
}

# Sends what is due; what was sent in the turn before is committed now.
my @sent;
sub advance_load {
    my ($now) = @_;
    return unless $load;
    for my $due (@sent) {
        $committed++; $committed_total++;
        if (in_window($now)) { $committed_in++; $series[slice_of($now)]{committed}++ }
        if (in_window($due)) { $committed_of++; push @latency, ($now - $due) * 1000 }
    }
    @sent = ();
    while ($next_due < $end_ms && $next_due <= $now) {
        $scheduled++; $submitted_total++;
        push @sent, $next_due;
        if (in_window($next_due)) {
            $due_in++; $series[slice_of($next_due)]{scheduled}++;
            push @lag, ($now - $next_due) * 1000;
        }
        $next_due += gap_ms();
    }
    $cpu_start //= cpu_micros() if $now >= $window_start;
    $cpu_end //= cpu_micros() if $now >= $window_end;
    if (in_window($now)) { my $bytes = resident_bytes(); $memory_max = $bytes if $bytes > $memory_max }
}

sub period_ms { return $load->{measureMs} < 10000 ? 100 : 1000 }
sub slice_of { my ($ms) = @_; return int(($ms - $window_start) / period_ms()) }

sub load_state {
    my $now = now_ms();
    return !$load ? 'idle' : $now < $load->{startUnixMs} ? 'scheduled'
      : $now < $window_start && $now < $end_ms ? 'warmup'
      : $now < $end_ms ? 'measure' : @sent ? 'drain' : 'done';
}

# --- results -------------------------------------------------------------------------------------
sub histogram {
    my %counts;
    for my $us (@_) {
        my $size = 10**(length(int $us) - 3);
        $counts{ $size > 1 ? int($us / $size + 0.5) * $size : int($us + 0.5) }++;
    }
    return { encoding => 'counts', counts => [map { [$_ + 0, $counts{$_}] } sort { $a <=> $b } keys %counts] };
}

sub results {
    my @late = sort { $a <=> $b } @lateness;
    my %zero = map { $_ => 0 } qw(blocksProposed roundsEntered roundsTimedOut messagesSent messagesReceived
      bytesSent bytesReceived messagesDropped signaturesVerified);
    my $slices = int(($window_end - $window_start) / period_ms() + 0.999);
    return {
        window => { startUnixMs => $window_start, endUnixMs => $window_end },
        scheduledInWindow => $due_in, committedOfWindow => $committed_of, rejectedOfWindow => 0,
        committedInWindow => $committed_in,
        counters => { %zero, blocksCommitted => $blocks_in_window, transactionsCommitted => $committed_in,
            cpuMicros => ($cpu_end // cpu_micros()) - ($cpu_start // 0), memoryBytesMax => $memory_max,
            cpuPeriods => undef, cpuPeriodsThrottled => undef, memoryLimitBytes => undef,
            eventLoopDelayMsP99 => @late ? $late[int(0.99 * $#late)] : 0 },
        histograms => { commitLatency => histogram(@latency), serviceLatency => histogram(@latency),
            sendLag => histogram(@lag), blockLatency => histogram() },
        series => { periodMs => period_ms(), map {
            my $what = $_;
            ($what => [map { ($series[$_] && $series[$_]{$what} || 0) + 0 } 0 .. $slices - 1])
        } qw(scheduled committed) },
    };
}

# --- control API ---------------------------------------------------------------------------------
sub refuse { my ($status, $code, $text) = @_; return ($status, { code => $code, message => $text }) }
sub wrong_state { return refuse(409, 'WRONG_STATE', "The node is $state.") }

my %routes = (
    'GET /healthz' => sub { (200, { state => $state }) },
    'GET /v1/identity' => sub { (200, { contractVersion => 1, runId => $run, nodeIndex => $index + 0,
        peerId => "perl-$index", publicKeyHex => sha256_hex("$run/$index"), dataAddress => $data,
        software => "perl-node/1 perl/$]", capabilities => ['load'] }) },
    'POST /v1/configure' => sub {
        my ($body) = @_;
        return wrong_state() if $state ne 'waiting';
        my $self = $body->{committee}[$index];
        return refuse(400, 'BAD_REQUEST', 'committee: this node is not in it')
          if !$self || $self->{peerId} ne "perl-$index";
        ($state, $chain, $links) = ('ready', $body->{chainId}, scalar @{ $body->{links} });
        return (200, {});
    },
    'GET /v1/ready' => sub { (200, { state => $state, linksPlanned => $links, linksUp => $links,
        missing => [], failure => undef }) },
    'POST /v1/start' => sub {
        return wrong_state() if $state ne 'ready';
        ($state, $due_block_ms) = ('running', now_ms() + 100);
        return (200, {});
    },
    'POST /v1/load/start' => sub {
        return wrong_state() if $state ne 'running';
        return refuse(409, 'LOAD_ACTIVE', 'A load is active.') if load_state() =~ /^(scheduled|warmup|measure)$/;
        begin_load($_[0]);
        return (200, {});
    },
    'POST /v1/load/stop' => sub {
        my $now = now_ms();
        if ($load && $now < $end_ms) { $end_ms = $now; $window_end = $now if $now > $window_start }
        return (200, {});
    },
    'GET /v1/load' => sub { (200, { state => load_state(), scheduled => $scheduled, committed => $committed,
        rejected => 0, pending => scalar @sent }) },
    'GET /v1/results' => sub {
        return refuse(409, 'NO_RESULTS', 'No window is over.')
          if !$load || $end_ms <= $window_start || now_ms() < $window_end;
        return (200, results());
    },
    'GET /v1/log' => sub { (200, { committedHeight => $height, digests => \@digests }) },
    'POST /v1/shutdown' => sub { $state = 'stopped'; $ended ||= 2; (200, {}) },
);

sub metrics {
    my %value = (consensus_transactions_committed_total => $committed_total,
        consensus_transactions_submitted_total => $submitted_total, consensus_committed_height => $height,
        consensus_safety_violations_total => 0, network_links_up => $links,
        process_resident_memory_bytes => resident_bytes(), process_cpu_seconds_total => cpu_micros() / 1e6);
    return join '', map { "$_ $value{$_}\n" } sort keys %value;
}

sub answer {
    my ($method, $path, $text) = @_;
    return reply(200, 'text/plain; version=0.0.4', metrics()) if $path eq '/metrics';
    my $route = $routes{"$method $path"};
    my $known = grep { /^\w+ \Q$path\E$/ } keys %routes;
    my $body = $text eq '' ? {} : eval { $json->decode($text) };
    my ($status, $reply) = $route
      ? ($body ? $route->($body) : refuse(400, 'BAD_REQUEST', 'The body is not JSON.'))
      : $known ? refuse(405, 'METHOD_NOT_ALLOWED', $path) : refuse(404, 'NOT_FOUND', $path);
    return reply($status, 'application/json', $json->encode($reply));
}

sub reply {
    my ($status, $type, $text) = @_;
    return "HTTP/1.1 $status X\r\nContent-Type: $type\r\nContent-Length: " . length($text) . "\r\n\r\n$text";
}

# --- one loop: serve what has come, then do what is due ------------------------------------------
sub listen_on {
    my ($address) = @_;
    return IO::Socket::INET->new(LocalAddr => $address, Listen => 64, ReuseAddr => 1, Blocking => 0)
      || do { print STDERR "cannot listen on $address: $@\n"; exit 1 };
}
my ($server, $data_port) = (listen_on($control), listen_on($data));
my ($readers, %inbox) = (IO::Select->new($server));
print qq({"event":"waiting","control":"$control"}\n);
my $idle_turns = 0;
while ($ended != 1 && $idle_turns < 20) {
    my $before = now_ms();
    for my $socket ($readers->can_read(0.001)) {
        if ($socket == $server) {
            my $client = $server->accept or next;
            $client->blocking(1);
            $readers->add($client);
            $inbox{$client} = '';
            next;
        }
        unless (sysread $socket, $inbox{$socket}, 1 << 20, length $inbox{$socket}) {
            delete $inbox{$socket}; $readers->remove($socket); close $socket;
            next;
        }
        while ($inbox{$socket} =~ /^(\w+) (\S+) HTTP.*?\r\n\r\n/s) {
            my ($method, $path, $head, $length) = ($1, $2, $+[0], 0);
            $length = $1 if substr($inbox{$socket}, 0, $head) =~ /^content-length:\s*(\d+)/mi;
            last if length($inbox{$socket}) < $head + $length;
            my $text = substr $inbox{$socket}, $head, $length;
            substr($inbox{$socket}, 0, $head + $length) = '';
            print {$socket} answer($method, $path, $text);
            $socket->flush;
        }
    }
    my $now = now_ms();
    push @lateness, $now - $before > 1 ? $now - $before - 1 : 0 if in_window($now);
    extend_log($now);
    advance_load($now);
    $idle_turns++ if $ended;
}
exit 0;
