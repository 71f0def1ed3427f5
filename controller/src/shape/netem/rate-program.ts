/** What a datagram's payload becomes as a frame: UDP 8, IPv4 20, Ethernet 14 bytes more. */
export const frameOverheadBytes = 42;

/**
 * A frame between two nodes takes the time of this many datagrams that a process sends to itself,
 * by measurement in the laboratory.
 */
const FRAME_COST = 2;

/**
 * Why not iperf3: it would have to be in the helper's image, and be started twice for each pair.
 *
 * Datagrams at a steady rate between many pairs of nodes, as many pairs at once as their access
 * links and this host can carry. Input: a line `LIMIT_MS FRAMES_PER_SEC_MAX HOST_SHARE`, and for each pair
 * FROM FROM_ADDRESS TO TO_ADDRESS PORT DURATION_MS LEAST_MS TIMEOUT_MS BITS_PER_SEC PAYLOAD_BYTES
 * AHEAD [LINK=BITS_PER_SEC ...]; the duration is shorter where there is no time for so much, but not
 * less than LEAST_MS, the rate is one of frames, AHEAD of them go out at once before, to use
 * up what a token bucket holds, and TIMEOUT_MS is how long the first may take. No pair begins so
 * late that it would not be done within LIMIT_MS.
 *
 * One process sends, one receives. Prints for each pair `COUNT ELAPSED_MS LOST OFFERED`: how many
 * came after the first of the last three quarters of the duration, and how long after it the last
 * one came; the duration begins with the first that comes at all. LOST are those that were there
 * and found no room, because the receiver was too slow; OFFERED are the bits per second that were
 * sent, 0 where there was no time to begin.
 */
export const rateProgram: string = String.raw`
my ($limit, $frames_max, $host_share) = split ' ', scalar <DATA>;
my ($stamp, @pairs) = ("\0" x 16);
while (<DATA>) {
  my ($from, $own, $to, $address, $port, $ms, $least, $timeout, $bits, $bytes, $ahead, @links) = split;
  my $pair = { ms => $ms, least => $least, patience => $timeout / 1000, bits => $bits, ahead => $ahead,
    payload => "\x55" x $bytes, to => pack_sockaddr_in($port, inet_aton($address)),
    frame_bits => 8 * ($bytes + ${frameOverheadBytes}), links => { map { split /=/ } @links },
    begin => 0, first => 0, last => 0, count => 0, offered => 0, lost => 0 };
  $pair->{out} = open_socket($from, $own, 0, 32);
  $pair->{in} = open_socket($to, $address, $port, 33);
  ioctl $pair->{in}, 0x8906, $stamp;
  push @pairs, $pair;
}
my $end = time + $limit / 1000;
my $most = speed();
shorten();
pipe(my $news, my $tell) or die "no pipe: $!\n";
my $sender = fork // die "no process: $!\n";
if ($sender == 0) {
  close $news;
  send_all();
  POSIX::_exit(0);
}
close $tell;
receive_all();
waitpid $sender, 0;
die "the sender failed\n" if $?;
printf "%d %.3f %d %d\n", $_->{count}, 1000 * ($_->{last} - $_->{first}), $_->{lost}, $_->{offered}
  for @pairs;

sub open_socket {
  my ($node, $address, $port, $buffer) = @_;
  enter_node($node);
  socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "no socket: $!\n";
  setsockopt $socket, SOL_SOCKET, $buffer, pack('i', 1 << 24);
  return $socket if bind $socket, pack_sockaddr_in($port, inet_aton($address));
  die "port $port: $!\n" if $!{EADDRINUSE};
  node_gone($node, $!);
}

# How many frames this host can carry, by how fast one process sends to itself and receives: over
# the links of two nodes a frame takes longer than that.
sub speed {
  socket(my $in, AF_INET, SOCK_DGRAM, 0) or return $frames_max;
  socket(my $out, AF_INET, SOCK_DGRAM, 0) or return $frames_max;
  bind $in, pack_sockaddr_in(0, INADDR_LOOPBACK) or return $frames_max;
  my ($to, $text, $done, $start) = (getsockname $in, "\x55" x 1400, 0, time);
  while (time < $start + 0.03) {
    defined send $out, $text, 0, $to or return $frames_max for 1 .. 20;
    recv $in, my $piece, 2048, MSG_DONTWAIT for 1 .. 20;
    $done += 20;
  }
  return $host_share * $done / (time - $start) / ${FRAME_COST};
}

# All durations alike, so that all frames can be carried in time.
sub shorten {
  $most = $frames_max if $most > $frames_max;
  my $frames = 0;
  $frames += ($_->{ms} + 80) / 1000 * $_->{bits} / $_->{frame_bits} for @pairs;
  my $share = 0.8 * $most * ($end - time) / $frames;
  for my $pair (@pairs) {
    my $ms = int $share * $pair->{ms};
    $pair->{ms} = $ms < $pair->{least} ? $pair->{least} : $ms if $ms < $pair->{ms};
  }
}

sub send_all {
  my ($frames, %used, @active, @leaving) = (0);
  my @waiting = @pairs;
  $pairs[$_]{at} = $_ for 0 .. $#pairs;
  while (@waiting || @active) {
    my $now = time;
    while (@leaving && $leaving[0]{free} <= $now) {
      my $pair = shift @leaving;
      $used{$_} -= $pair->{bits} for keys %{ $pair->{links} };
    }
    my @later;
    for my $pair (@waiting) {
      my $per_sec = $pair->{bits} / $pair->{frame_bits};
      next if $now + $pair->{ms} / 1000 + $pair->{patience} > $end;
      my $is_busy = grep { $used{$_} && $used{$_} + $pair->{bits} > $pair->{links}{$_} } keys %{ $pair->{links} };
      if ($is_busy || @active && $frames + $per_sec > $most) { push @later, $pair; next }
      $used{$_} += $pair->{bits} for keys %{ $pair->{links} };
      $frames += $per_sec;
      @$pair{qw(per_sec start sent done until)} = ($per_sec, $now, 0, 0, $now + $pair->{ms} / 1000 + 0.04);
      syswrite $tell, "$pair->{at}\n";
      push @active, $pair;
      send $pair->{out}, $pair->{payload}, MSG_DONTWAIT, $pair->{to} for 1 .. $pair->{ahead};
    }
    @waiting = @later;
    my @still;
    for my $pair (@active) {
      if ($now < $pair->{until}) { offer($pair); push @still, $pair; next }
      $frames -= $pair->{per_sec};
      # What was too much for the link is still in its queue.
      $pair->{free} = $now + 0.05 + 0.25 * ($now - $pair->{start});
      @leaving = sort { $a->{free} <=> $b->{free} } @leaving, $pair;
      my $offered = $pair->{done} * $pair->{frame_bits} / ($now - $pair->{start});
      syswrite $tell, sprintf "%d %d\n", $pair->{at}, $offered;
    }
    @active = @still;
    select undef, undef, undef, 0.001;
  }
}

sub offer {
  my $pair = shift;
  my $per_sec = $pair->{per_sec};
  my $due = 1 + (time - $pair->{start}) * $per_sec;
  # What a busy processor missed for long is not made up for.
  $pair->{sent} = $due - $per_sec / 10 if $pair->{sent} < $due - $per_sec / 10;
  for (1 .. 500) {
    last if $pair->{sent} >= $due;
    $pair->{sent}++;
    $pair->{done}++ if defined send $pair->{out}, $pair->{payload}, MSG_DONTWAIT, $pair->{to};
  }
}

sub receive_all {
  my (%open, $set, $text);
  vec($set = '', fileno $news, 1) = 1;
  my $is_told = 0;
  while (!$is_told || %open) {
    my $ready = $set;
    select $ready, undef, undef, 0.05;
    if (!$is_told && vec $ready, fileno $news, 1) {
      if (!sysread $news, my $piece, 4096) { $is_told = 1; vec($set, fileno $news, 1) = 0 }
      else { $text .= $piece }
      while ($text =~ s/^(\d+)(?: (\d+))?\n//) {
        my $pair = $pairs[$1];
        if (defined $2) { $pair->{offered} = $2; next }
        $open{$1} = $pair;
        $pair->{over} = time + $pair->{patience} + $pair->{ms} / 1000;
        vec($set, fileno $pair->{in}, 1) = 1;
      }
    }
    my $now = time;
    for my $at (keys %open) {
      my $pair = $open{$at};
      next if !(vec($ready, fileno $pair->{in}, 1) && take($pair)) && $now < $pair->{over};
      vec($set, fileno $pair->{in}, 1) = 0;
      # SO_MEMINFO, SK_MEMINFO_DROPS
      $pair->{lost} = (unpack 'L*', getsockopt($pair->{in}, SOL_SOCKET, 55) // '')[8] // 0;
      delete $open{$at};
    }
  }
}

# Returns whether the time of the pair is over.
sub take {
  my $pair = shift;
  while (defined recv $pair->{in}, my $packet, 2048, MSG_DONTWAIT) {
    my $at = time;
    if (ioctl $pair->{in}, 0x8906, $stamp) {
      my ($sec, $us) = unpack 'l!l!', $stamp;
      $at = $sec + $us / 1e6;
    }
    if (!$pair->{begin}) {
      $pair->{begin} = $at;
      # However little comes after the first.
      $pair->{over} = $at + $pair->{ms} / 1000 + 0.2;
    }
    return 1 if $at > $pair->{begin} + $pair->{ms} / 1000;
    next if $at < $pair->{begin} + $pair->{ms} / 4000;
    if ($pair->{first}) { $pair->{count}++; $pair->{last} = $at }
    else { $pair->{first} = $pair->{last} = $at }
  }
  return 0;
}
`;
