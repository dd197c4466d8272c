package inspect

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
)

// A profile is a protocol buffer. Of all that is in it only values and labels are of
// interest here, too little to bring a library along for.
// Source: https://github.com/google/pprof/blob/main/proto/profile.proto.
const (
	fieldSampleType = 1
	fieldSample     = 2
	fieldString     = 6

	fieldTypeUnit = 2 // of a sample type

	fieldSampleValue = 2
	fieldSampleLabel = 3

	fieldLabelKey  = 1
	fieldLabelText = 2
)

// sample is one of a profile: its last value, which of several is the one that people
// mean, and its labels.
type sample struct {
	value  int64
	labels map[string]string
	named  [][2]uint64 // key and text of each label, as places among the strings
}

var errProfile = errors.New("the profile cannot be read")

// maxProfileText bounds what is unpacked.
const maxProfileText = 64 << 20

// readProfile returns the samples of a profile, and the unit of their last values.
func readProfile(packed []byte) (samples []sample, unit string, err error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, "", err
	}
	b, err := io.ReadAll(io.LimitReader(z, maxProfileText+1))
	if err != nil {
		return nil, "", err
	}
	if len(b) > maxProfileText {
		return nil, "", ErrTooLarge
	}
	var texts []string
	var unitAt uint64
	m := message{b}
	for m.more() {
		switch f := m.field(); f.number {
		case fieldSampleType:
			unitAt = f.message().varint(fieldTypeUnit)
		case fieldSample:
			samples = append(samples, f.message().sample())
		case fieldString:
			texts = append(texts, string(f.bytes))
		}
	}
	if m.b == nil {
		return nil, "", errProfile
	}
	text := func(at uint64) string {
		if at < uint64(len(texts)) {
			return texts[at]
		}
		return ""
	}
	for i := range samples {
		s := &samples[i]
		s.labels = make(map[string]string, len(s.named))
		for _, l := range s.named {
			s.labels[text(l[0])] = text(l[1])
		}
	}
	return samples, text(unitAt), nil
}

// message is what is left to be read of one; nil once it is found to be broken.
type message struct{ b []byte }

// field is a field of a message: a number, or bytes.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

func (f field) message() *message { return &message{f.bytes} }

func (m *message) more() bool { return len(m.b) > 0 }

// field reads the next one.
func (m *message) field() (f field) {
	key := m.uvarint()
	f.number = int(key >> 3)
	switch key & 7 {
	case 0:
		f.value = m.uvarint()
	case 1:
		m.take(8)
	case 2:
		f.bytes = m.take(m.uvarint())
	case 5:
		m.take(4)
	default:
		m.b = nil
	}
	return f
}

func (m *message) uvarint() uint64 {
	v, n := binary.Uvarint(m.b)
	if n <= 0 {
		m.b = nil
		return 0
	}
	m.b = m.b[n:]
	return v
}

func (m *message) take(n uint64) []byte {
	if n > uint64(len(m.b)) {
		m.b = nil
		return nil
	}
	taken := m.b[:n]
	m.b = m.b[n:]
	return taken
}

// varint returns the number in a field, 0 if it is not there.
func (m *message) varint(number int) (v uint64) {
	for m.more() {
		if f := m.field(); f.number == number {
			v = f.value
		}
	}
	return v
}

func (m *message) sample() (s sample) {
	for m.more() {
		switch f := m.field(); {
		case f.number == fieldSampleLabel:
			var named [2]uint64
			for l := f.message(); l.more(); {
				switch f := l.field(); f.number {
				case fieldLabelKey:
					named[0] = f.value
				case fieldLabelText:
					named[1] = f.value
				}
			}
			s.named = append(s.named, named)
		case f.number == fieldSampleValue && f.bytes == nil:
			s.value = int64(f.value)
		case f.number == fieldSampleValue:
			for values := f.message(); values.more(); {
				s.value = int64(values.uvarint())
			}
		}
	}
	return s
}

// compare puts the larger share first.
func (s Share) compare(t Share) int {
	return cmp.Or(cmp.Compare(t.Value, s.Value), cmp.Compare(s.PID, t.PID), cmp.Compare(s.Type, t.Type))
}
