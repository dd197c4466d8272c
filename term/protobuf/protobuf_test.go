package protobuf_test

import (
	goruntime "runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/term"
	"github.com/starlang-go/starlang/term/protobuf"
	"github.com/starlang-go/starlang/term/protobuf/internal/testpb"
)

// basket is a program's own message with generated ones inside.
type basket struct {
	Order  *testpb.Order
	Items  []*testpb.Item
	ByName map[string]*testpb.Item
	Any    any
}

func init() {
	protobuf.MustRegister[*testpb.Order]()
	protobuf.MustRegister[*testpb.Item]()
	protobuf.MustRegister[*testpb.Old]()
	term.MustRegister[basket]("test.basket")
}

func TestRegister_TheSameMessageArrivesHereAndElsewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := drawOrder(t, 3)
		before := encoded(t, sent)
		v, err := term.Isolate(sent)
		require.NoError(t, err)
		local := v.(*testpb.Order)
		b, err := term.AppendMessage(nil, sent)
		require.NoError(t, err)
		v, err = term.DecodeMessage(b)
		require.NoError(t, err)
		remote := v.(*testpb.Order)
		require.True(t, proto.Equal(local, remote), "%v\n%v", local, remote)
		require.True(t, proto.Equal(sent, local))

		spoil(local)
		spoil(remote)
		require.Equal(t, before, encoded(t, sent), "nothing is shared")
	})
}

func encoded(t require.TestingT, m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	return b
}

// spoil changes all of an order that it can get at.
func spoil(o *testpb.Order) {
	for _, i := range o.Items {
		i.Name += "!"
	}
	for k, i := range o.ByName {
		i.Amount++
		delete(o.ByName, k)
	}
	clear(o.Blob)
	clear(o.Packed)
	clear(o.Tags)
	clear(o.Parts)
	if o.Parent != nil {
		spoil(o.Parent)
	}
	if v := o.GetVoucher(); v != nil {
		v.Name += "!"
	}
	o.Customer += "!"
}

func drawOrder(t *rapid.T, depth int) *testpb.Order {
	o := &testpb.Order{
		Id:       rapid.Int64().Draw(t, "id"),
		Customer: rapid.String().Draw(t, "customer"),
		Blob:     rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(t, "blob"),
		Packed:   rapid.SliceOfN(rapid.Int32(), 0, 4).Draw(t, "packed"),
		Price:    rapid.Float64().Draw(t, "price"),
		State:    testpb.State(rapid.Int32Range(0, 5).Draw(t, "state")),
		Tags:     rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "tags"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "items") {
		o.Items = append(o.Items, drawItem(t))
		if o.ByName == nil {
			o.ByName, o.Parts = map[string]*testpb.Item{}, map[int32][]byte{}
		}
		o.ByName[rapid.String().Draw(t, "key")] = drawItem(t)
		o.Parts[rapid.Int32().Draw(t, "part")] = []byte{1}
	}
	switch rapid.IntRange(0, 2).Draw(t, "payment") {
	case 1:
		o.Payment = &testpb.Order_Card{Card: "1234"}
	case 2:
		o.Payment = &testpb.Order_Voucher{Voucher: drawItem(t)}
	}
	if rapid.Bool().Draw(t, "has note") {
		o.Note = proto.String("")
	}
	if rapid.Bool().Draw(t, "has unknown") {
		o.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 99, protowire.VarintType), 5))
	}
	if depth > 0 && rapid.Bool().Draw(t, "has parent") {
		o.Parent = drawOrder(t, depth-1)
	}
	return o
}

func drawItem(t *rapid.T) *testpb.Item {
	return &testpb.Item{Name: rapid.String().Draw(t, "name"), Amount: rapid.Int32().Draw(t, "amount")}
}

// What refuses a message that nobody has registered says what to do.
func TestRegister_IsTheAdviceForAMessageWithout(t *testing.T) {
	for _, v := range []any{timestamppb.Now(), []*timestamppb.Timestamp{}, basket{Any: timestamppb.Now()}} {
		_, err := term.Isolate(v)
		require.ErrorIs(t, err, term.ErrUnsendable)
		require.ErrorContains(t, err, "registered with package term/protobuf")
		_, err = term.AppendMessage(nil, v)
		require.ErrorContains(t, err, "registered with package term/protobuf")
	}
}

func TestRegister_MessagesTravelInsideOfOtherValues(t *testing.T) {
	item := &testpb.Item{Name: "pen"}
	sent := basket{&testpb.Order{Id: 1}, []*testpb.Item{item, nil, {}}, map[string]*testpb.Item{"a": item}, item}
	local, err := term.Isolate(sent)
	require.NoError(t, err)
	b, err := term.AppendMessage(nil, sent)
	require.NoError(t, err)
	remote, err := term.DecodeMessage(b)
	require.NoError(t, err)
	for _, v := range []any{local, remote} {
		got := v.(basket)
		require.True(t, proto.Equal(sent.Order, got.Order))
		require.True(t, proto.Equal(item, got.Any.(*testpb.Item)))
		require.Nil(t, got.Items[1])
		require.NotNil(t, got.Items[2])
		require.NotSame(t, item, got.ByName["a"])
	}
}

func TestRegister_WhatCannotBeEncodedIsRefusedHereToo(t *testing.T) {
	ring := &testpb.Order{}
	ring.Parent = ring
	for name, m := range map[string]proto.Message{
		"a required field":      &testpb.Old{Text: proto.String("x")},
		"not UTF-8":             &testpb.Order{Customer: "\xff"},
		"not UTF-8 in a list":   &testpb.Order{Tags: []string{"a", "\xff"}},
		"not UTF-8 in a map":    &testpb.Order{ByName: map[string]*testpb.Item{"\xff": {}}},
		"a message in itself":   ring,
		"deep inside of others": &testpb.Order{Items: []*testpb.Item{{Name: "\xff"}}},
	} {
		_, err := term.Isolate(m)
		require.Error(t, err, name)
		_, err = term.Encode(m)
		require.Error(t, err, name)
	}
	fine := &testpb.Old{Id: proto.Int32(1), Text: proto.String("\xff"), Inner: &testpb.Old_Inner{N: proto.Int32(2)}}
	local, err := term.Isolate(fine)
	require.NoError(t, err, "proto2 takes all strings")
	require.True(t, proto.Equal(fine, local.(proto.Message)))
	back, err := term.Decode[*testpb.Old](term.MustEncode(fine))
	require.NoError(t, err)
	require.True(t, proto.Equal(fine, back))
}

func TestRegister_LimitsHold(t *testing.T) {
	var empty []byte
	for range 100_000 {
		empty = append(empty, 4<<3|2, 0) // an item of two bytes
	}
	hostile := term.AppendBytes(nil, empty)
	limits := term.Limits{MaxMemory: 1 << 20}
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	_, err := term.DecodeWith[*testpb.Order](limits, hostile)
	goruntime.ReadMemStats(&after)
	require.ErrorIs(t, err, term.ErrTooLarge)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))

	var deep []byte
	for range protobuf.MaxDepth + 1 {
		deep = protowire.AppendBytes(protowire.AppendTag(nil, 9, protowire.BytesType), deep)
	}
	_, err = term.Decode[*testpb.Order](term.AppendBytes(nil, deep))
	require.ErrorIs(t, err, term.ErrTooDeep)
	_, err = term.Decode[*testpb.Order](term.AppendBytes(nil, []byte{0xff}))
	require.Error(t, err)
}

func FuzzDecode(f *testing.F) {
	for _, seed := range [][]byte{{}, {0xff}, {4<<3 | 2, 0}, {4<<3 | 2, 0xff, 0xff, 0xff, 0xff, 0x0f}, {9<<3 | 2, 2, 9<<3 | 2, 0}, {3<<3 | 3, 3<<3 | 4}, {6<<3 | 2, 2, 1, 0x80}, {5<<3 | 2, 2, 1<<3 | 2, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, decode := range []func([]byte) (any, error){
			func(b []byte) (any, error) { return term.Decode[*testpb.Order](b) },
			func(b []byte) (any, error) { return term.Decode[*testpb.Old](b) },
		} {
			v, err := decode(term.AppendBytes(nil, append([]byte{}, b...)))
			if err != nil {
				continue
			}
			if _, err := term.Encode(v); err != nil {
				t.Fatalf("%x was decoded and cannot be encoded: %v", b, err)
			}
			again, err := term.Isolate(v)
			if err != nil || !proto.Equal(v.(proto.Message), again.(proto.Message)) {
				t.Fatalf("%x: %v, %v", b, again, err)
			}
		}
	})
}
