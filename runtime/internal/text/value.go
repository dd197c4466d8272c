package text

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// value prints v, which is depth levels below the value that is being printed.
func (p *printer) value(v reflect.Value, depth int) {
	switch {
	case p.full():
		return
	case !v.IsValid():
		p.add("<nil>")
		return
	case depth >= MaxDepth:
		p.add("…")
		return
	case depth > 0 && !p.typesOnly && v.CanInterface():
		if s, ok := own(v.Interface()); ok {
			p.add(s)
			return
		}
	}
	switch v.Kind() {
	case reflect.Interface:
		p.value(v.Elem(), depth)
	case reflect.Pointer:
		p.pointer(v, depth)
	case reflect.Struct:
		p.structure(v, depth)
	case reflect.Map:
		p.mapping(v, depth)
	case reflect.Slice, reflect.Array:
		p.list(v, depth)
	default:
		p.plain(v)
	}
}

// plain prints a value that contains no other.
func (p *printer) plain(v reflect.Value) {
	switch {
	case p.typesOnly:
		p.add(v.Type().String())
	case v.Kind() == reflect.String:
		p.add(v.String())
	case v.Kind() == reflect.Chan, v.Kind() == reflect.Func, v.Kind() == reflect.UnsafePointer:
		p.add(fmt.Sprintf("%#x", v.Pointer()))
	default:
		p.add(fmt.Sprintf("%v", v))
	}
}

// pointer prints what v points to if v is the whole value, and else v's address.
func (p *printer) pointer(v reflect.Value, depth int) {
	switch {
	case v.IsNil() && p.typesOnly:
		p.add(v.Type().String())
	case v.IsNil():
		p.add("<nil>")
	case depth == 0:
		p.add("&")
		p.value(v.Elem(), depth+1)
	case p.typesOnly:
		p.add(v.Type().String())
	default:
		p.add(fmt.Sprintf("%#x", v.Pointer()))
	}
}

func (p *printer) structure(v reflect.Value, depth int) {
	if p.typesOnly {
		p.add(v.Type().String())
	}
	p.add("{")
	for i := range v.NumField() {
		if i > 0 {
			p.add(" ")
		}
		p.add(v.Type().Field(i).Name + ":")
		p.value(v.Field(i), depth+1)
		if p.full() {
			return
		}
	}
	p.add("}")
}

func (p *printer) mapping(v reflect.Value, depth int) {
	if p.typesOnly {
		p.sized(v)
		return
	}
	p.add("map[")
	for i, k := range p.keys(v) {
		if i > 0 {
			p.add(" ")
		}
		p.value(k, min(depth+1, MaxDepth-1))
		p.add(":")
		p.value(v.MapIndex(k), depth+1)
		if p.full() {
			return
		}
	}
	p.add("]")
}

// keys returns the keys of a map, not more than there is room for, in an order that
// does not change from one look to the next.
func (p *printer) keys(v reflect.Value) []reflect.Value {
	type entry struct {
		key  reflect.Value
		text string
	}
	var all []entry
	for it := v.MapRange(); it.Next() && len(all) <= p.left/2; {
		q := printer{left: 64}
		q.value(it.Key(), MaxDepth-1)
		all = append(all, entry{it.Key(), q.String()})
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.text, b.text) })
	keys := make([]reflect.Value, len(all))
	for i, e := range all {
		keys[i] = e.key
	}
	return keys
}

func (p *printer) list(v reflect.Value, depth int) {
	if p.typesOnly {
		p.sized(v)
		return
	}
	p.add("[")
	for i := range v.Len() {
		if i > 0 {
			p.add(" ")
		}
		p.value(v.Index(i), depth+1)
		if p.full() {
			return
		}
	}
	p.add("]")
}

// sized prints the type of a map, slice or array, and how many elements it has.
func (p *printer) sized(v reflect.Value) {
	p.add(v.Type().String())
	if v.Kind() != reflect.Array {
		p.add(fmt.Sprintf("(%d)", v.Len()))
	}
}
