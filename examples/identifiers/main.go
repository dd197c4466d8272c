// Command identifiers is a tool that reads what processes have left behind, and
// runs none: it uses modules pid and term alone. From a log it finds out which
// processes crashed, on which node, and why; from a dump it decodes a record.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/term"
)

// theLog has one crash a line: a PID, a tab, the exit reason.
const theLog = `<shop@host2.17.2874930214>	error: card declined
<shop@host1.42.917264301>	killed
<shop@host2.17.3000000001>	shutdown: new release
<0.7.1129>	noproc
`

// record is what another tool has dumped, with PIDs as they are on the wire.
type record struct {
	Who    pid.PID           `msgpack:"who"`
	Reason signal.ExitReason `msgpack:"reason"`
	Text   string            `msgpack:"text"`
}

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "identifiers:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	crashes, err := readLog(strings.NewReader(theLog))
	if err != nil {
		return err
	}
	slices.SortFunc(crashes, func(a, b record) int { return a.Who.Compare(b.Who) })
	for _, c := range crashes {
		fmt.Fprintf(w, "node %-12q start %-10d process %-2d failure %-5t %s\n",
			c.Who.Node().Name(), c.Who.Creation(), c.Who.ID(), c.Reason.IsFailure(), c.Reason)
	}
	dump, err := term.Encode(crashes[0])
	if err != nil {
		return err
	}
	back, err := term.Decode[record](dump)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d bytes of MessagePack, the same after decoding: %t\n", len(dump), back == crashes[0])
	_, err = pid.ParsePID("<shop@host1.042.917264301>")
	fmt.Fprintln(w, "a PID that is none:", err)
	return nil
}

func readLog(r io.Reader) (crashes []record, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		who, why, _ := strings.Cut(lines.Text(), "\t")
		c := record{Text: lines.Text()}
		if c.Who, err = pid.ParsePID(who); err != nil {
			return nil, err
		}
		if c.Reason, err = signal.ParseExitReason(why); err != nil {
			return nil, err
		}
		crashes = append(crashes, c)
	}
	return crashes, lines.Err()
}
