# STOMP 1.0 without ids: sends with a receipt, reads with a time limit, acknowledges.
use strict;
use warnings;
use Net::Stomp;

my ($port, $login, $passcode, $queue) = @ARGV;
my $stomp = Net::Stomp->new({ hostname => '127.0.0.1', port => $port });
my $connected = $stomp->connect({ login => $login, passcode => $passcode });
die 'no CONNECTED: ' . $connected->command . "\n" if $connected->command ne 'CONNECTED';
print 'session ', (length $stomp->session_id ? 'known' : 'unknown'), "\n";

$stomp->send_with_receipt({ destination => $queue, body => "job $_" }) or die "no receipt for $_\n" for 1 .. 3;
$stomp->subscribe({ destination => $queue, ack => 'client', 'activemq.prefetchSize' => 1 });
for (1 .. 3) {
    my $frame = $stomp->receive_frame({ timeout => 10 }) or die "no message $_\n";
    print $frame->command, ' ', $frame->destination, ' ', $frame->body, "\n";
    $stomp->ack({ frame => $frame });
}
$stomp->unsubscribe({ destination => $queue });
$stomp->disconnect;
