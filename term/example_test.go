package term_test

import (
	"errors"
	"fmt"

	"github.com/starlang-go/starlang/term"
)

type Joined struct {
	Room    string   `msgpack:"room"`
	Members []string `msgpack:"members"`
}

func init() { term.MustRegister[Joined]("chat.Joined") }

func Example() {
	sent := Joined{"lobby", []string{"ada", "joe"}}
	bytes, err := term.AppendMessage(nil, sent) // to another node
	if err != nil {
		panic(err)
	}
	switch arrived, _ := term.DecodeMessage(bytes); m := arrived.(type) {
	case Joined:
		fmt.Println(m.Room, m.Members)
	}

	local, _ := term.Isolate(sent) // to a process on this node
	sent.Members[0] = "changed by the sender"
	fmt.Println(local.(Joined).Members[0])
	// Output:
	// lobby [ada joe]
	// ada
}

func ExampleEncode() {
	b, err := term.Encode(Joined{"lobby", nil})
	fmt.Printf("%q %v\n", b, err)
	_, err = term.Encode(struct{ Done chan bool }{})
	fmt.Println(errors.Is(err, term.ErrUnsendable))
	// Output:
	// "\x82\xa4room\xa5lobby\xa7members\xc0" <nil>
	// true
}

func ExampleDecode() {
	b := term.MustEncode(map[string]any{"room": "lobby", "members": []string{"ada"}, "since": 2026})
	joined, err := term.Decode[Joined](term.MustEncode(map[string]any{"room": "lobby", "since": 2026}))
	fmt.Println(joined, err) // unknown fields are skipped

	value, err := term.Decode[any](b)
	fmt.Println(value, err)

	_, err = term.Decode[Joined](term.MustEncode(map[string]int{"room": 5}))
	fmt.Println(err)
	// Output:
	// {lobby []} <nil>
	// map[members:[ada] room:lobby since:2026] <nil>
	// term: cannot decode term_test.Joined: field Room at byte 6: wrong kind of value: an integer where a string is asked for
}

func ExampleIsolate() {
	type job struct {
		Name string
		Done chan struct{}
	}
	_, err := term.Isolate(job{Name: "print"})
	fmt.Println(err)
	// Output:
	// term: cannot send term_test.job: field Done: chan struct {} cannot be sent: a channel joins goroutines of one program; send a PID and let it answer
}

func ExampleRaw() {
	// A gateway knows neither shop.Order nor its fields.
	bytes := []byte("\x92\xc7\x0a\x01shop.Order\x81\xa5Total\x2a")
	arrived, _ := term.DecodeMessage(bytes)
	raw := arrived.(term.Raw)
	fmt.Println(raw.Name())

	var fields map[string]any
	fmt.Println(raw.DecodeInto(&fields), fields)
	again, _ := term.AppendMessage(nil, raw)
	fmt.Println(string(again) == string(bytes))
	// Output:
	// shop.Order
	// <nil> map[Total:42]
	// true
}

func ExampleLimits() {
	small := term.Limits{MaxBytes: 1 << 10, MaxDepth: 4}
	_, err := small.DecodeMessage([]byte{0x91, 0x91, 0x91, 0x91, 0x91, 0x00})
	fmt.Println(err)
	fmt.Println(errors.Is(err, term.ErrTooDeep))
	// Output:
	// term: cannot decode a value: element [0][0][0][0] at byte 4: nested too deeply
	// true
}

func ExampleAtom() {
	ok := term.MustAtom("ok")
	b := term.MustEncode([]any{ok, "ok"})
	pair, _ := term.Decode[[]any](b)
	fmt.Println(pair[0] == ok, pair[1] == ok)
	// Output: true false
}

// Celsius travels as an integer of tenths.
type Celsius struct{ degrees float64 }

func (c Celsius) AppendTerm(dst []byte) ([]byte, error) {
	return term.AppendInt(dst, int64(c.degrees*10)), nil
}

func (c *Celsius) ParseTerm(r *term.Reader) error {
	tenths, err := r.ReadInt()
	c.degrees = float64(tenths) / 10
	return err
}

func (Celsius) ImmutableTerm() {}

func ExampleAppender() {
	b := term.MustEncode([]Celsius{{21.5}, {-3}})
	fmt.Printf("%x\n", b)
	back, err := term.Decode[[]Celsius](b)
	fmt.Println(back, err)
	// Output:
	// 92ccd7e2
	// [{21.5} {-3}] <nil>
}

func ExampleRegister() {
	type Left struct{ Room string }
	fmt.Println(term.Register[Left]("chat.Left"))
	fmt.Println(term.Register[Left]("chat.Joined"))
	// Output:
	// <nil>
	// term: register github.com/starlang-go/starlang/term_test.Left as "chat.Joined": github.com/starlang-go/starlang/term_test.Left is already registered as "chat.Left"
}
