/**
 * Why not ping: with answers under way iputils ping waits at least 10 ms between two requests
 * whatever it is told (asked for 1 ms it kept 7 ms in a slow guest, asked for 10 it kept 16 on
 * kernel 6.18), and is one process for each pair. The time of arrival is the kernel's (SIOCGSTAMP),
 * so a busy processor does not count as delay of the network; where requests are closer than 5 ms
 * losses are what counts, and it is the time at which the answer was read.
 *
 * ICMP echo, 64 bytes as ping sends them, between many nodes side by side. Input, for each pair:
 * FROM FROM_ADDRESS TO_ADDRESS COUNT INTERVAL_MS TIMEOUT_MS. Prints a line for each: `SENT RTT
 * RTT ...` in ms, in the order of the answers; each request counts its first whole answer that
 * came in time. What a busy host did not send in COUNT intervals it does not send at all.
 */
export const roundTripProgram: string = String.raw`
my ($key, $stamp, %sockets, @pairs) = (pack('NN', $$, int rand 2 ** 31), "\0" x 16);
while (<DATA>) {
  my ($from, $own, $to, $count, $interval, $timeout) = split;
  my $socket = $sockets{$from} //= open_socket($from, $own);
  push @pairs, { socket => $socket, to => pack_sockaddr_in(0, inet_aton($to)), count => $count,
    every => $interval / 1000, patience => $timeout / 1000, coarse => $interval < 5, sent => 0,
    newest => -1, rtts => [], open => {} };
}
my $all = '';
vec($all, fileno $_, 1) = 1 for values %sockets;
my $start = time + 0.02;
for my $at (0 .. $#pairs) {
  # Streams do not fire at once.
  my $pair = $pairs[$at];
  $pair->{next} = $start + $pair->{every} * $at / @pairs;
  $pair->{stop} = $start + $pair->{every} * $pair->{count} + 0.02;
}
my @busy = 0 .. $#pairs;
while (@busy) {
  my $now = time;
  my ($wake, @still) = ($now + 1);
  for my $at (@busy) {
    my $due = attend($at, $now) or next;
    push @still, $at;
    $wake = $due if $due < $wake;
  }
  @busy = @still or last;
  my $rest = $wake - time;
  my $ready = $all;
  next if select($ready, undef, undef, $rest > 0.001 ? $rest : 0.001) <= 0;
  vec($ready, fileno $_, 1) && take_answers($_) for values %sockets;
}
for my $pair (@pairs) {
  my $form = $pair->{coarse} ? '%.0f' : '%.3f';
  print join(' ', $pair->{sent}, map { sprintf $form, 1000 * $_ } @{ $pair->{rtts} }), "\n";
}

# Sends what is due. Returns when it wants to be looked at again; nothing if it is done.
sub attend {
  my ($at, $now) = @_;
  my $pair = $pairs[$at];
  $pair->{count} = $pair->{sent} if $now > $pair->{stop};
  while ($pair->{sent} < $pair->{count}) {
    return $pair->{next} if $pair->{next} > $now;
    my $seq = $pair->{newest} = $pair->{sent}++;
    my $head = pack 'nn', $$ & 0xffff, $seq & 0xffff;
    my $body = $key . pack('NN', $at, $seq) . ("\x55" x 40);
    my $sum = checksum("\x08\0\0\0$head$body");
    $pair->{open}{$seq} = time;
    send $pair->{socket}, pack('CCn', 8, 0, $sum) . $head . $body, 0, $pair->{to};
    $pair->{next} += $pair->{every};
    $pair->{next} = $now if $pair->{next} < $now - 0.1;
  }
  my $open = $pair->{open};
  $pair->{newest}-- while $pair->{newest} >= 0 && !exists $open->{ $pair->{newest} };
  return if $pair->{newest} < 0;
  my $end = $open->{ $pair->{newest} } + $pair->{patience};
  return $end > $now ? $end : undef;
}

sub take_answers {
  my $socket = shift;
  my $now = time;
  while (defined recv $socket, my $packet, 2048, MSG_DONTWAIT) {
    my $icmp = substr $packet, 4 * (ord($packet) & 15);
    next if length $icmp != 64 || ord($icmp) != 0 || substr($icmp, 8, 8) ne $key || checksum($icmp) != 0;
    my ($at, $seq) = unpack 'NN', substr $icmp, 16, 8;
    my $pair = $at < @pairs ? $pairs[$at] : next;
    my $sent = delete $pair->{open}{$seq} // next;
    my $came = $now;
    if (!$pair->{coarse} && ioctl $socket, 0x8906, $stamp) {
      my ($sec, $us) = unpack 'l!l!', $stamp;
      $came = $sec + $us / 1e6;
    }
    push @{ $pair->{rtts} }, $came - $sent if $came - $sent <= $pair->{patience};
  }
}

sub open_socket {
  my ($node, $address) = @_;
  enter_node($node);
  socket(my $socket, AF_INET, SOCK_RAW, 1) or die "no raw socket: $!\n";
  setsockopt $socket, SOL_SOCKET, 33, pack('i', 1 << 22);
  # SOL_RAW, ICMP_FILTER: answers only, not the requests of others.
  setsockopt $socket, 255, 1, pack('L', ~1 & 0xffffffff);
  bind $socket, pack_sockaddr_in(0, inet_aton($address)) or node_gone($node, $!);
  ioctl $socket, 0x8906, $stamp;
  return $socket;
}

sub checksum {
  my $sum = unpack '%32n*', shift;
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}
`;
