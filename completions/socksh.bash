# Completion of the command line of socksh, for bash.

# FILE: scripts and directories. Where no script fits, bash completes any file.
_socksh_scripts() { # WORD
  local scripts
  mapfile -t scripts < <(compgen -f -X '!*.socksh' -- "$1")
  if [[ ${#scripts[@]} -gt 0 ]]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$1")
    COMPREPLY+=("${scripts[@]}")
    compopt -o filenames
  fi
}

# Those of the CANDIDATES that begin with WORD.
_socksh_choose() { # WORD CANDIDATE...
  local candidate
  for candidate in "${@:2}"; do
    if [[ $candidate == "$1"* ]]; then
      COMPREPLY+=("$candidate")
    fi
  done
}

_socksh() { # PROGRAM WORD PREVIOUS
  # What stands between the marks is written by `make update-completions`.
  # BEGIN TABLES
  local options=(-c -q --quiet -v --verbose -k --keep-going --stable --json --tap --junit --diagram --report --save-timeline --replay --trace -o -4 -6 --mapped -D --tolerance-usecs --strict --html --debug -j --lab --step --ask --from --deadline --help --version)
  local flags=qvk46
  local -A takes=(
    [-c]=commands
    [--junit]=path
    [--diagram]=path
    [--report]=path
    [--save-timeline]=path
    [--replay]=path
    [-o]=path
    [-D]=nothing
    [--tolerance-usecs]=nothing
    [-j]=nothing
    [--from]=nothing
    [--deadline]=duration
  )
  local durations=(10s 30s 1m 5m)
  local lessons=(
    accept-blocks
    ipv6-echo
    request-reply
    tcp-echo
    tcp-upper
    udp-echo
    udp-upper
    unix-echo
    backlog
    connect-before-accept
    defer-accept
    demultiplexing
    full-queue
    handshake
    keepalive
    never-accepts
    reuseport
    tcp-states
    dual-stack
    multicast
    close-by-both
    close-by-client
    close-by-server
    close-wait
    half-close
    time-wait
    reset-by-closed-port
    reset-by-linger
    reset-by-unread
    message-parts
    passed-connection
    send-file
    send-is-not-recv
    tcp-stream
    udp-datagram
    udp-gso
    urgent
    zero-copy
    nagle
    udp-queue
    unix-queue
    zero-window
    byte-order
    names
    non-blocking
    raw-icmp
    udp-refused
    clients-by-epoll
    clients-by-jobs
    relay
    serve-echo
    serve-models
    thousand-clients
    test-interactive-client
    test-nc-client
    test-python-server
    trace-forgets-to-close
    trace-http
    trace-models
    trace-server
    trace-short-read
    survive-broken-pipe
    survive-descriptors
    survive-lost-answer
    survive-notes-tcp
    survive-notes-tcp-client
    survive-notes-udp
    survive-notes-udp-client
    survive-short-read
    lab/congestion-control
    lab/delayed-ack
    lab/fair-share
    lab/fast-open
    lab/handshake
    lab/ladder
    lab/multicast
    lab/nagle
    lab/reordering
    lab/saw-tooth
    lab/segments-by-hand
    lab/slow-start
    lab/students-program
    lab/udp-unreachable
    lab/zero-window-probe
    lab/corrupted-segment
    lab/ephemeral-ports
    lab/fast-retransmit
    lab/half-dead-peer
    lab/lost-fin
    lab/lost-syn
    lab/rto-backoff
    lab/time-wait-old-duplicate
    lab/forged-rst
    lab/syn-cookies
    lab/link-local
    lab/multipath
    lab/path-mtu
    lab/router-ttl
    lab/state-close-wait
    lab/state-closed
    lab/state-closing
    lab/state-established
    lab/state-fin-wait1
    lab/state-fin-wait2
    lab/state-last-ack
    lab/state-listen
    lab/state-syn-recv
    lab/state-syn-sent
    lab/state-time-wait
    lab/arc-close-wait-to-last-ack
    lab/arc-closed-to-listen
    lab/arc-closed-to-syn-sent
    lab/arc-closing-to-time-wait
    lab/arc-established-to-close-wait
    lab/arc-established-to-fin-wait1
    lab/arc-fin-wait1-to-closing
    lab/arc-fin-wait1-to-fin-wait2
    lab/arc-fin-wait1-to-time-wait
    lab/arc-fin-wait2-to-time-wait
    lab/arc-last-ack-to-closed
    lab/arc-listen-to-closed
    lab/arc-listen-to-syn-recv
    lab/arc-listen-to-syn-sent
    lab/arc-syn-recv-to-established
    lab/arc-syn-recv-to-fin-wait1
    lab/arc-syn-recv-to-listen
    lab/arc-syn-sent-to-closed
    lab/arc-syn-sent-to-established
    lab/arc-syn-sent-to-syn-recv
    lab/arc-time-wait-to-closed
  )
  local commands=(
    'socket'
    'socketpair'
    'bind'
    'listen'
    'accept'
    'connect'
    'shutdown'
    'close'
    'dup'
    'send'
    'sendto'
    'sendmsg'
    'sendmmsg'
    'write'
    'recv'
    'recvfrom'
    'recvmsg'
    'recvmmsg'
    'read'
    'sendfile'
    'splice'
    'pipe'
    'send-all'
    'recv-all'
    'recv-line'
    'recv-exactly'
    'send-file'
    'recv-file'
    'getsockname'
    'getpeername'
    'getsockopt'
    'setsockopt'
    'options'
    'set-timeout'
    'get-timeout'
    'set-blocking'
    'fcntl'
    'ioctl'
    'poll'
    'select'
    'epoll_create1'
    'epoll_ctl'
    'epoll_wait'
    'serve'
    'services'
    'stop'
    'states'
    'states blocked'
    'transitions'
    'diagram'
    'diagram sequence'
    'backlog'
    'tcp-info'
    'watch'
    'plot'
    'log'
    'lab'
    'lab host'
    'lab sysctl'
    'lab check'
    'lab peer'
    'packetdrill'
    'packetdrill continue'
    'pkt'
    'wire'
    'wire hold'
    'wire flow'
    'step'
    'step until'
    'goto'
    'packet'
    'capture'
    'capture off'
    'wire deliver'
    'wire drop'
    'wire duplicate'
    'wire move'
    'wire corrupt'
    'wire edit'
    'wire inject'
    'wire show'
    'wire fold'
    'wire times'
    'wire counters'
    'wire delay'
    'wire loss'
    'wire rule'
    'wire rules'
    'wire rate'
    'wire queue'
    'wire mtu'
    'wire cut'
    'wire join'
    'tcp-listen'
    'tcp-connect'
    'udp-bind'
    'udp-connect'
    'unix-listen'
    'unix-connect'
    'unix-bind'
    'getaddrinfo'
    'getnameinfo'
    'getservbyname'
    'getservbyport'
    'getprotobyname'
    'if_nametoindex'
    'if_indextoname'
    'gethostname'
    'inet_pton'
    'inet_ntop'
    'inet_aton'
    'inet_addr'
    'inet_ntoa'
    'htons'
    'htonl'
    'ntohs'
    'ntohl'
    'upper'
    'lower'
    'length'
    'slice'
    'pack'
    'unpack'
    'print'
    'write-file'
    'assert'
    'await'
    'status'
    'names'
    'let'
    'unset'
    'jobs'
    'wait'
    'fg'
    'kill'
    'set'
    'sleep'
    'source'
    'save'
    'save timeline'
    'export'
    'history'
    'cd'
    'clear'
    'shell'
    'spawn'
    'trace'
    'untrace'
    'leaks'
    'fault'
    'fault off'
    'faults'
    'survive'
    'survive list'
    'survive with'
    'import'
    'adopt'
    'type'
    'output'
    'help'
    'explain'
    'lessons'
    'lesson'
    'lesson report'
    'quit'
  )
  # END TABLES
  local word=$2 wanted=option given=no walks=no before
  COMPREPLY=()
  # What is wanted after the words before the cursor: an option, an argument of one, FILE, or ARG.
  for before in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $wanted:$before == option:--@(step|ask) ]]; then
      walks=yes
    fi
    case $wanted:$before in
    arg:* | duration:=) ;;
    file:*) wanted=arg ;;
    option:--) wanted='file' ;;
    option:--*) wanted=${takes[$before]:-option} ;;
    option:-?*)
      if [[ $before =~ ^-[$flags]*(.)$ ]]; then
        wanted=${takes[-${BASH_REMATCH[1]}]:-option}
      fi
      ;;
    option:*) wanted=arg ;;
    commands:*) wanted=option given=yes ;;
    *) wanted=option ;;
    esac
  done
  case $wanted:$word in
  option:-*) _socksh_choose "$word" "${options[@]}" ;;
  option:* | file:*)
    [[ $given == yes ]] || _socksh_scripts "$word"
    [[ $walks == no ]] || _socksh_choose "$word" "${lessons[@]}"
    ;;
  duration:*) _socksh_choose "$word" "${durations[@]}" ;;
  commands:*)
    # Unquoted, a command of two words would be two arguments.
    if [[ ${COMP_WORDS[COMP_CWORD]} != [\'\"]* ]]; then
      mapfile -t commands < <(printf '%s\n' "${commands[@]}" | grep -v ' ')
    fi
    _socksh_choose "$word" "${commands[@]}"
    ;;
  esac
}

complete -o bashdefault -o default -F _socksh socksh
