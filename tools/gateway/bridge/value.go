package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"

	"github.com/starlang-go/starlang/term"
)

// typed is a value and the wire name of its type, in JSON.
type typed struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// read reads the value that a request has.
func (b *bridge) read(w http.ResponseWriter, r *http.Request) (any, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &refusal{http.StatusUnsupportedMediaType, "the content is not application/json"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, b.cfg.MaxBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, err.Error()}
	}
	var t typed
	if err == nil {
		err = strict(body, &t)
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, err.Error()}
	}
	v, err := b.decode(t)
	if err != nil {
		return nil, &refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	return v, nil
}

// decode returns the value of the Go type that has the name.
func (b *bridge) decode(t typed) (any, error) {
	if len(t.Value) == 0 {
		t.Value = json.RawMessage("null")
	}
	typ, err := typeOf(t.Type)
	if err != nil && b.cfg.PassUnknown {
		return unknown(t)
	}
	if err != nil {
		return nil, err
	}
	v := reflect.New(typ)
	err = strict(t.Value, v.Interface())
	return v.Elem().Interface(), err
}

// typeOf finds a registered type by its name: nil on the wire is its zero value.
func typeOf(name string) (reflect.Type, error) {
	if name == "" || len(name) > term.MaxNameBytes {
		return nil, errors.New("no name of a type")
	}
	b := term.AppendExtHeader(term.AppendArrayLen(nil, 2), term.ExtTypeName, len(name))
	zero, err := term.DecodeMessage(term.AppendNil(append(b, name...)))
	if _, raw := zero.(term.Raw); err != nil || raw || zero == nil {
		return nil, errors.New("the type is not registered: " + name)
	}
	return reflect.TypeOf(zero), nil
}

// unknown returns the value for a receiver that knows the type.
func unknown(t typed) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(t.Value))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	body, err := term.Encode(numbers(v))
	if err != nil {
		return nil, err
	}
	return term.NewRaw(t.Type, body)
}

// numbers returns v, as encoding/json has decoded it, with integers for numbers that are.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64() // out of range: infinite, which the receiver sees
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

// strict decodes one JSON value, with no field that the type has not, and nothing behind it.
func strict(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// encode returns a reply as JSON.
func encode(reply any) ([]byte, error) {
	plain, err := term.ForJSON(reply)
	if err != nil {
		return nil, err
	}
	value, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	return json.Marshal(typed{Type: nameOf(reply), Value: value})
}

// nameOf returns the wire name of a value's type, "" for one that stands without.
func nameOf(v any) string {
	b, err := term.AppendMessage(nil, v)
	if err != nil {
		return ""
	}
	raw, err := term.Decode[term.Raw](b)
	if err != nil {
		return ""
	}
	return raw.Name()
}
