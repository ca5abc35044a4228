" Vim syntax file
" Language: scripts of socksh, the socket shell
" Written by `make update-editors` from the table of commands.

if exists('b:current_syntax')
  finish
endif

syn case match
syn iskeyword @,48-57,_,-

" Words behind a command. What comes later has precedence.
syn match sockshNumber "\v<\d+%(ms|s|m|K|M|G)?>"
syn match sockshConstant "\v<[A-Z][A-Z0-9_]+>"
syn match sockshAddress "\v<\d+\.\d+\.\d+\.\d+%(:\d+)?"
syn match sockshAddress "\v\[\x*:[0-9a-fA-F:.]*%(\%\w+)?\]%(:\d+)?"
syn match sockshAddress "\v<unix:\S+"
syn match sockshData "\v%(^|\s)@<=%(hex|fill|file):\S*"
syn match sockshOperator "\v%(\s)@<=%(\=\=|!\=|\<\=?|\>\=?|\~|\=|\&)%(\s|$)@="
syn match sockshHost "\v%(^|\s)@<=\@\w+"
syn match sockshResult "\v%(<%(expect|until)\s+)@<=%(ok|eof|blocks)>"
syn match sockshRegex "\v%(<%(expect|until)\s+)@<=/%([^/\\]|\\.)+/"
syn match sockshName "\v%(^|[;{])@<=\s*\zs%(\h\w*\s+)+\ze\=%(\s)"

" A command stands at the beginning of a statement, or behind its prefixes.
syn match sockshCommand "\v%(%(^|[;{&])\s*|%(\s\=|<expect\s+\S+|<until\s+\S+|<repeat\s+%(\d+|\$\w+)|<repeat|<time|\@\w+)\s+)@<=%(packetdrill\s+continue|diagram\s+sequence|getprotobyname|if_indextoname|if_nametoindex|states\s+blocked|wire\s+duplicate|epoll_create1|getservbyname|getservbyport|lesson\s+report|save\s+timeline|wire\s+counters|recv-exactly|set-blocking|survive\s+list|survive\s+with|unix-connect|wire\s+corrupt|wire\s+deliver|capture\s+off|get-timeout|getaddrinfo|gethostname|getnameinfo|getpeername|getsockname|packetdrill|recvexactly|set-timeout|setblocking|tcp-connect|transitions|udp-connect|unix-listen|wire\s+inject|epoll_wait|getsockopt|gettimeout|lab\s+sysctl|setsockopt|settimeout|socketpair|step\s+until|tcp-listen|wire\s+delay|wire\s+queue|wire\s+rules|wire\s+times|write-file|epoll_ctl|fault\s+off|inet_addr|inet_aton|inet_ntoa|inet_ntop|inet_pton|lab\s+check|recv-file|recv-line|send-file|unix-bind|wire\s+drop|wire\s+edit|wire\s+flow|wire\s+fold|wire\s+hold|wire\s+join|wire\s+loss|wire\s+move|wire\s+rate|wire\s+rule|wire\s+show|lab\s+host|lab\s+peer|recv-all|recvfrom|recvline|recvmmsg|send-all|sendfile|sendmmsg|services|shutdown|tcp-info|udp-bind|wire\s+cut|wire\s+mtu|backlog|capture|connect|diagram|explain|history|lessons|options|recvall|recvmsg|sendall|sendmsg|survive|untrace|accept|assert|export|faults|import|length|lesson|listen|output|packet|select|sendto|socket|source|splice|states|status|unpack|adopt|await|clear|close|fault|fcntl|htonl|htons|ioctl|leaks|lower|names|ntohl|ntohs|print|serve|shell|sleep|slice|spawn|trace|unset|upper|watch|write|bind|exit|goto|help|jobs|kill|pack|pipe|plot|poll|quit|read|recv|save|send|step|stop|type|wait|wire|dup|lab|let|log|pkt|set|cd|fg|\!|\?)%(\s|;|$)@="
syn match sockshPrefix "\v%(%(^|[;{&])\s*|\s)@<=%(expect|until|repeat|time|at)%(\s)@="

syn match sockshVariable "\v\$%(\w+%(\.\w+)*|\{[^}]*\}|\?)" contained containedin=ALLBUT,sockshComment,sockshLiteral,sockshEscape
syn match sockshVariable "\v\$%(\w+%(\.\w+)*|\{[^}]*\}|\?)"
syn match sockshEscape "\v\\%(x\x\x|.)" contained
syn region sockshString start=+"+ skip=+\\.+ end=+"+ oneline contains=sockshEscape,sockshVariable
syn region sockshLiteral start=+'+ end=+'+ oneline
syn match sockshComment "\v%(^|\s)@<=#.*$" contains=@Spell

hi def link sockshNumber Number
hi def link sockshConstant Constant
hi def link sockshAddress Identifier
hi def link sockshData Special
hi def link sockshOperator Operator
hi def link sockshHost PreProc
hi def link sockshResult Boolean
hi def link sockshRegex String
hi def link sockshName Identifier
hi def link sockshCommand Statement
hi def link sockshPrefix Conditional
hi def link sockshVariable Identifier
hi def link sockshEscape SpecialChar
hi def link sockshString String
hi def link sockshLiteral String
hi def link sockshComment Comment

let b:current_syntax = 'socksh'
