/**
 * The two programs that run inside the helper container. They are sent along with every call, so
 * that they fit the code that reads their output whatever the helper's image is. Pure text.
 */

/** Exit code for a node that has no process, or no device with its data address. */
export const NO_LINK_EXIT = 69;

/**
 * Shell, before each script, in the node's namespace: finds its data device, printed by `ip` as
 * `eth0@if13`, and the host's end of it. Not by /sys: that shows the namespace it was mounted in.
 */
export const PREAMBLE = `
link=$(ip -4 addr show to "$ADDRESS" 2>&1)
case $link in
  *@if*) ;;
  *) echo "No device here has the data address $ADDRESS. $link" >&2; exit ${NO_LINK_EXIT} ;;
esac
link=\${link#*: }
link=\${link%%:*}
index=\${link#*@if}
DEV=\${link%@if*}
PEER=
case $PEERS in
  *" $index="*) PEER=\${PEERS#*" $index="} PEER=\${PEER%% *} ;;
esac
unset link index PEERS
export DEV PEER
onhost() { nsenter --net="/proc/$RUNNER/ns/net" "$@"; }
together() { echo >&9; read -r _ <&8 || true; }
. "$0"`;

/**
 * Perl. Arguments: time limit in s, scripts at once, bytes of output at most, PREAMBLE, then the
 * tasks in base64 of gzip, in pieces: for each a line `PID ADDRESS LENGTH` and the script.
 *
 * Prints for each script as it ends a line `@ POSITION STATE EXIT STARTED ENDED OUT ERR` and its
 * two outputs, OUT and ERR bytes long, and a line feed; at the end a line `@ end COUNT`. Times are
 * ms since 1970; the state is done, late (time was up) or cut (too much output). A script that
 * ends takes along whatever it left running.
 */
export const RUNNER: string = String.raw`
use strict;
use warnings;
use POSIX ();
use Time::HiRes qw(time);

my ($limit, $most, $bytes_max, $preamble, @pieces) = @ARGV;
my $deadline = time + $limit;
my @waiting = tasks(@pieces);
my $count = @waiting;
my %running;    # by process id, which is also that of the process group

# The host's ends of links, by index: " 13=veth1a2b 15=veth3c4d ".
$ENV{PEERS} = join ' ', '', (map { /^(\d+): ([^:@]+)@/ ? "$1=$2" : () } qx(ip -o link show type veth)), '';
$ENV{RUNNER} = $$;
# together(): a script says that it is there, and goes on when all that run are.
pipe(my $go, my $go_end) && pipe(my $there, my $there_end) or die "no pipe: $!\n";
# Scripts find them at 8 and 9; a pipe that were there already would be lost.
fileno($_) < 8 or die "too many open files\n" for $go, $go_end, $there, $there_end;
$there->blocking(0);
my $ready = 0;

$SIG{CHLD} = sub { };    # interrupts select
$SIG{TERM} = $SIG{HUP} = $SIG{INT} = sub { exit 143 };

while (@waiting || %running) {
  last if time >= $deadline;
  start(shift @waiting) while @waiting && keys %running < $most;
  await_output();
  $ready += sysread($there, my $signs, 4096) // 0;
  close $go_end if defined fileno $go_end && $ready >= keys %running;
  for my $pid (keys %running) {
    drain($running{$pid});
    kill 'KILL', -$pid if $running{$pid}{cut};
  }
  while ((my $pid = waitpid -1, POSIX::WNOHANG()) > 0) {
    finish($pid, 'done', $?) if $running{$pid};
  }
}
for my $pid (keys %running) {
  kill 'KILL', -$pid;
  waitpid $pid, 0;
  finish($pid, 'late', $?);
}
frame($_, 'late', 137) for @waiting;
put("@ end $count
");

END {
  my $status = $?;
  kill 'KILL', map { -$_ } keys %running if $$ == ($ENV{RUNNER} // 0);
  $? = $status;
}

sub tasks {
  my $unpack = 'printf %s "$@" | base64 -d | gzip -dc';
  open my $in, '-|', 'sh', '-c', $unpack, 'sh', @_ or die "sh cannot be started: $!
";
  my $text = do { local $/; <$in> };
  close $in or die "the scripts arrived damaged
";
  my @tasks;
  while ($text =~ /\G(\d+) (\S+) (\d+)
/gc) {
    my ($pid, $address, $length) = ($1, $2, $3);
    push @tasks, { at => scalar @tasks, pid => $pid, address => $address,
      script => substr($text, pos $text, $length), out => '', err => '' };
    pos($text) += $length;
  }
  return @tasks;
}

sub start {
  my $task = shift;
  $task->{started} = time;
  if (!-e "/proc/$task->{pid}/ns/net") {
    $task->{err} = "The node has no running process.
";
    return frame($task, 'done', ${NO_LINK_EXIT});
  }
  $task->{file} = "/tmp/script.$$.$task->{at}";
  open my $to, '>', $task->{file} or die "$task->{file} cannot be made: $!
";
  print $to $task->{script};
  close $to or die "$task->{file} cannot be written: $!
";
  pipe(my $out, my $out_end) && pipe(my $err, my $err_end) or die "no pipe: $!
";
  my $pid = fork // die "no process: $!
";
  if ($pid == 0) {
    setpgrp 0, 0;
    $SIG{$_} = 'DEFAULT' for qw(CHLD TERM HUP INT);
    $ENV{ADDRESS} = $task->{address};
    open STDIN, '<', '/dev/null';
    POSIX::dup2(fileno $out_end, 1);
    POSIX::dup2(fileno $err_end, 2);
    POSIX::dup2(fileno $go, 8);
    POSIX::dup2(fileno $there_end, 9);
    exec 'nsenter', "--net=/proc/$task->{pid}/ns/net", 'sh', '-c', $preamble, $task->{file}
      or POSIX::_exit(127);
  }
  setpgrp $pid, $pid;    # here too: whichever of the two comes first
  $_->blocking(0) for $out, $err;
  $task->{pipes} = { out => $out, err => $err };
  $running{$pid} = $task;
}

# Until something is written, a script ends, or a moment has passed.
sub await_output {
  my @pipes = map { [values %{ $_->{pipes} }] } values %running;
  my $ending = grep { !@$_ } @pipes;
  my $set = '';
  vec($set, fileno $there, 1) = 1;
  vec($set, fileno $_, 1) = 1 for map { @$_ } @pipes;
  my $rest = $deadline - time;
  my $moment = $ending ? 0.005 : 0.05;
  select $set, undef, undef, $rest < 0 ? 0 : $rest < $moment ? $rest : $moment;
}

sub drain {
  my $task = shift;
  for my $name (keys %{ $task->{pipes} }) {
    while (!$task->{cut}) {
      my $length = sysread $task->{pipes}{$name}, my $piece, 65536;
      last if !defined $length;
      if ($length == 0) {
        delete $task->{pipes}{$name};
        last;
      }
      $task->{$name} .= $piece;
      $task->{cut} = 1 if length $task->{$name} > $bytes_max;
    }
  }
}

sub finish {
  my ($pid, $state, $status) = @_;
  my $task = delete $running{$pid};
  $task->{ended} = time;
  kill 'KILL', -$pid;
  drain($task);
  my $signal = $status & 127;
  frame($task, $task->{cut} ? 'cut' : $state, $signal ? 128 + $signal : $status >> 8);
}

sub frame {
  my ($task, $state, $exit) = @_;
  my @times = map { sprintf '%.0f', 1000 * ($task->{$_} // time) } qw(started ended);
  put(join(' ', '@', $task->{at}, $state, $exit, @times, length $task->{out}, length $task->{err})
    . "
$task->{out}$task->{err}
");
  unlink $task->{file} if defined $task->{file};
}

sub put {
  my $rest = shift;
  while (length $rest) {
    my $length = syswrite STDOUT, $rest;
    die "nobody listens: $!
" unless defined $length || $!{EINTR};
    substr($rest, 0, $length // 0) = '';
  }
}
`;
