package term

// Codes are the first bytes that the package knows.
var Codes = []byte{
	codeNil, codeFalse, codeTrue, codeBin8, codeBin16, codeBin32, codeExt8, codeExt16, codeExt32,
	codeFloat32, codeFloat64, codeUint8, codeUint16, codeUint32, codeUint64, codeInt8, codeInt16, codeInt32, codeInt64,
	codeFixExt1, codeFixExt2, codeFixExt4, codeFixExt8, codeFixExt16, codeStr8, codeStr16, codeStr32,
	codeArray16, codeArray32, codeMap16, codeMap32, codeFixMap, codeFixArray, codeFixStr, codeFixNeg,
}

// WithFreshPlans calls f while no type has a plan yet, nor a wire name. Nothing else
// may use the package meanwhile.
func WithFreshPlans(f func()) {
	old := plans.table.Load()
	defer plans.table.Store(old)
	plans.table.Store(newPlanTable(1024))
	f()
}

// Rebox takes v apart and puts it together again.
func Rebox(v any) any {
	p := planOf(v)
	return box(p.word, held(v, p.direct), p.direct)
}
