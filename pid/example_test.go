package pid_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/term"
)

func Example() {
	p, err := pid.ParsePID("<shop@host1.example.org.42.7>")
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Node().Name(), p.ID(), p.Creation())

	visits := map[pid.PID]int{p: 3} // comparable, so a key
	inJSON, _ := json.Marshal(map[string]any{"owner": p, "visits": visits[p]})
	fmt.Println(string(inJSON))

	onTheWire, _ := term.Encode(p)
	back, err := term.Decode[pid.PID](onTheWire)
	fmt.Println(back == p, err)
	// Output:
	// shop@host1.example.org 42 7
	// {"owner":"\u003cshop@host1.example.org.42.7\u003e","visits":3}
	// true <nil>
}

func ExampleNewNode() {
	first, err := pid.NewNode("shop@host1")
	if err != nil {
		panic(err)
	}
	restarted, err := pid.NewNode("shop@host1")
	if err != nil {
		panic(err)
	}
	p, q := first.NextPID(), restarted.NextPID()
	fmt.Println(p.ID(), q.ID(), p == q, p.IsLocal(restarted.ID()))

	_, err = pid.NewNode("shop")
	fmt.Println(err)
	// Output:
	// 1 1 false false
	// pid: node name "shop": must be of the form part@host
}

func ExampleParsePID_error() {
	_, err := pid.ParsePID("<0.042.7>")
	fmt.Println(err)
	// Output: parse PID "<0.042.7>": the id has a leading zero at offset 3
}

func ExampleParseRef() {
	r, err := pid.ParseRef("#Ref<shop@host1.5.7>")
	fmt.Println(r.Node().Name(), r.Raw(), r.Creation(), err)
	// Output: shop@host1 5 7 <nil>
}

func ExamplePID_Compare() {
	var pids []pid.PID
	for _, text := range []string{"<shop@host1.2.7>", "<0.9.3>", "<shop@host1.1.7>"} {
		p, err := pid.ParsePID(text)
		if err != nil {
			panic(err)
		}
		pids = append(pids, p)
	}
	slices.SortFunc(pids, pid.PID.Compare)
	fmt.Println(pids)
	// Output: [<0.9.3> <shop@host1.1.7> <shop@host1.2.7>]
}

func ExampleAddress() {
	fmt.Println(pid.Address{Name: pid.Name{Name: "bank", Node: "shop@host1"}})
	// Output: bank on shop@host1
}
