/* topic: the pages of help on topics other than commands. */
#include "commands/session/help.h"
#include "language/error.h"

const struct help_topic help_topics[] = {
    {"language", N_("how a line is read"),
     N_("  Words stand between spaces. ; or the end of the line ends a command, & makes it a job,\n"
        "  # begins a comment, a \\ at the end of a line joins the next one, { } make a block.\n"
        "\n"
        "  \"...\"      text with $name, ${name} and \\n \\r \\t \\0 \\\" \\\\ \\$ \\xHH\n"
        "  '...'      text as it is\n"
        "  NAME = COMMAND          binds what the command returns\n"
        "  NAME NAME = COMMAND     for commands that return two things, as accept and recvfrom\n"
        "  $NAME.FIELD             a field of a value: $srv.local.port; see `help names`\n"
        "  repeat 3 { send c \"hello\"; recv s }     $i counts from 1\n"
        "  expect \"hello\" recv s   fails unless the result is this; see `help results`\n"
        "\n"
        "  A name of C may be written whole or short, in either case: SOCK_STREAM or stream.\n"
        "  Flags are joined with |. Sizes: 64, 4K, 1M. Durations: 500ms, 2s, 1m.\n")},
    {"addresses", N_("how an address is written"),
     N_("  127.0.0.1:80        IPv4\n"
        "  [::1]:80            IPv6; [fe80::1%eth0]:80 with its interface\n"
        "  example.org:http    names, which are looked up\n"
        "  *:80                any address of this machine, in C INADDR_ANY:80\n"
        "  :80  or  80         that port on the loopback\n"
        "  unix:/tmp/s         the path of a Unix socket\n"
        "  unix:@name          an abstract name; unix: alone lets the kernel choose one at bind\n"
        "  packet:eth0,ip      an interface (* for all) and a protocol, for packet sockets; what\n"
        "                      comes has its direction, hardware and hardware address, too\n"
        "  vsock:host:1024     a machine (its number, local, host or *) and a port (* for any)\n"
        "  netlink:0,RTMGRP_LINK   a port (0: the kernel) and groups, for netlink\n"
        "  srv  or  .          what that socket is bound to\n"
        "\n"
        "  Port 0 lets the kernel choose a free port.\n")},
    {"data", N_("how data is written"),
     N_("  hello   \"hello\\n\"    text\n"
        "  hex:6869  hex:\"68 69\"   bytes in hexadecimal\n"
        "  file:PATH               the bytes of a file\n"
        "  fill:64K                so many bytes of a repeating pattern, a to z\n"
        "  fill:64K,x              so many bytes of x; fill:64K,\"\\0\" of zeros\n"
        "  $m                      what a name holds; never read again, whatever it looks like\n")},
    {"results", N_("what expect and until compare with"),
     N_("  ok           the command succeeded\n"
        "  ECONNREFUSED it failed with this errno\n"
        "  5            it returned this number\n"
        "  \"hello\"      it received, or gave, exactly this; $m the same\n"
        "  /regex/      what it received matches (POSIX extended syntax)\n"
        "  eof          it received 0 bytes, since the peer has closed its side\n"
        "  blocks       it had not returned after `set blocks-after`; it is then interrupted\n"
        "\n"
        "  expect RESULT COMMAND fails when anything else comes.\n"
        "  until RESULT COMMAND leaves the nearest repeat when it comes.\n")},
    {"names", N_("names, fields, and the last socket"),
     N_("  .            the socket that the last command returned or used\n"
        "  $?           the last result; $errno the name of its error, or empty\n"
        "  $i           the round of the nearest repeat\n"
        "  $1 $2 ...    the arguments behind the script's name\n"
        "\n"
        "  A socket has  .fd .local .peer .state .type .family .recvq .sendq .info .host\n"
        "  an address    .host .port .family, and .path for a Unix socket: $srv.local.port\n")},
    {"jobs", N_("calls that block, and what runs in the background"),
     N_("  s = accept srv &    runs in the background; `jobs` lists, `wait %1` waits and gives its "
        "result\n"
        "  Ctrl-C              interrupts the call in the foreground: it fails with EINTR\n"
        "  Ctrl-Z              makes it a job; `fg %1` brings it back, `kill %1` ends it\n"
        "\n"
        "  A script waits at its end for jobs that carry an expect.\n")},
    {"output", N_("how calls and states are shown"),
     N_("    bind(3, {AF_INET, 127.0.0.1:5000}, 16) = 0      a call, as strace writes it\n"
        "    3 LISTEN 127.0.0.1:5000                         a socket's state, when it has "
        "changed\n"
        "    4 CLOSED -> ESTABLISHED 127.0.0.1:40112 -> 127.0.0.1:5000\n"
        "    # what it means                                 where that may surprise\n"
        "  [1] accept(3 srv, ...) = 5                        what a job did\n"
        "\n"
        "  The shell looks once after each call; what the kernel does later is shown at the next "
        "look.\n"
        "  `set` shows and changes what is shown.\n")},
    {"hosts", N_("the lab: hosts with the kernel's own TCP, and a wire that is stepped by hand"),
     N_("  lab                     makes the hosts client and server, joined by a wire\n"
        "  @server tcp-listen 80   runs a command on a host; its socket stays there\n"
        "  @client shell ip addr   a program runs there, too\n"
        "  wire hold               stops every packet; `wire` lists those that wait\n"
        "  step                    lets the next one across; an empty line repeats it\n"
        "  wire drop 3             and deliver, duplicate, move, corrupt, edit; `wire inject` "
        "makes one\n"
        "  packet 3                shows one packet in full\n"
        "  goto CLOSING            takes a fresh connection to a state, and stops there\n"
        "  wire delay 50ms         and loss, rate, mtu, cut: what the wire does to all packets\n"
        "\n"
        "  The manual is socksh-lab(7); `lessons lab` lists the lessons.\n")},
    {"prompt", N_("keys at the prompt"),
     N_("  Tab       completes commands, sockets, names of C, options, addresses, files\n"
        "  Ctrl-R    searches the history; Up and Down walk through it\n"
        "  Ctrl-C    drops the line, or interrupts the command\n"
        "  Ctrl-Z    makes a job of the command that blocks\n"
        "  Ctrl-D    ends the session, on an empty line\n"
        "  Ctrl-L    clears the screen, as `clear` does\n"
        "\n"
        "  !!        the line before; !12 the one of that number, !-2 the last but one\n"
        "  !$        the last word of the line before\n"
        "  s         the name of a socket alone shows that socket\n"
        "\n"
        "  Commands may be abbreviated where only one begins so. ~/.inputrc is read, with the\n"
        "  application name socksh; `set editing vi` chooses vi's keys here, `set editing-mode "
        "vi`\n"
        "  there. Lines typed while a call blocks are run behind it, also if Ctrl-C ends it.\n")},
    {"habits", N_("lines of C, Python, nc, telnet, bash, gdb and SQL, and what they are here"),
     N_("  s = socket.socket(AF_INET, SOCK_STREAM)     s = socket inet stream\n"
        "  int fd = socket(AF_INET, SOCK_DGRAM, 0);    fd = socket inet dgram\n"
        "  s.bind((\"\", 8080))                         bind s *:8080\n"
        "  data = s.recv(1024)                         data = recv s 1024\n"
        "  print(data)                                 print $data\n"
        "  PORT = 7000                                 let PORT 7000; then $PORT\n"
        "  nc -l 8080                                  srv = tcp-listen 8080; s = accept srv\n"
        "  telnet localhost 80                         c = tcp-connect localhost:80\n"
        "  while True:                                 repeat { ... }\n"
        "  if, try                                     expect RESULT COMMAND, assert A == B\n"
        "  ls, ./server                                shell ls, p = spawn ./server\n"
        "  info sockets, SELECT, .tables               status\n"
        "  man accept                                  help accept\n"
        "\n"
        "  At the prompt a line of the left side is run as that of the right side, and shown so,\n"
        "  where what it means is certain; else the line to type is told. A script says it as an\n"
        "  error. `save` writes the lines of the right side.\n")},
    {0, 0, 0},
};
