extension FieldElement {
    @inline(__always)
    func squared(times count: Int) -> FieldElement {
        var result = squared
        for _ in 1..<count { result = result.squared }
        return result
    }

    /// The powers to 2²⁵⁰ − 1 and to 11, from which the two exponents below are made.
    private var ladder: (long: FieldElement, eleven: FieldElement) {
        let two = squared
        let nine = self * two.squared(times: 2)
        let eleven = two * nine
        let bits5 = nine * eleven.squared
        let bits10 = bits5.squared(times: 5) * bits5
        let bits20 = bits10.squared(times: 10) * bits10
        let bits40 = bits20.squared(times: 20) * bits20
        let bits50 = bits40.squared(times: 10) * bits10
        let bits100 = bits50.squared(times: 50) * bits50
        let bits200 = bits100.squared(times: 100) * bits100
        return (bits200.squared(times: 50) * bits50, eleven)
    }

    /// The power to p − 2: the inverse, and zero for zero.
    var inverted: FieldElement {
        let (long, eleven) = ladder
        return long.squared(times: 5) * eleven
    }

    /// The power to (p − 5) / 8.
    var fifthRootPower: FieldElement { ladder.long.squared(times: 2) * self }

    /// √−1, the even one of the two roots.
    static let rootOfMinusOne = FieldElement(
        0x6_1b27_4a0e_a0b0, 0x0_d5a5_fc8f_189d, 0x7_ef5e_9cbd_0c60, 0x7_8595_a680_4c9e,
        0x2_b832_4804_fc1d)

    /// √(u/v) if u/v is a square, else √(i·u/v); the non-negative root, and zero for u or v zero
    /// (RFC 9496, section 4.2, SQRT_RATIO_M1). Both arguments must be tight.
    ///
    /// The mask is all ones if u/v is a square.
    static func squareRootOfRatio(
        _ u: FieldElement, _ v: FieldElement
    ) -> (square: UInt64, root: FieldElement) {
        let v3 = v.squared * v
        let v7 = v3.squared * v
        let root = (u * v3) * (u * v7).fifthRootPower
        let check = v * root.squared
        let correct = check.equalMask(u)
        let flipped = (check + u).zeroMask
        let flippedByRoot = (check + u * rootOfMinusOne).zeroMask
        let turned = FieldElement.select(
            root, root * rootOfMinusOne, flipped | flippedByRoot)
        return (correct | flipped, turned.absoluteValue)
    }

    /// Inverts all elements, none of which may be zero, at the price of one inversion and three
    /// products each.
    static func invertAll(_ elements: inout [FieldElement]) {
        var products: [FieldElement] = []
        products.reserveCapacity(elements.count)
        var product = one
        for element in elements {
            products.append(product)
            product = product * element
        }
        var inverse = product.inverted
        for index in elements.indices.reversed() {
            let element = elements[index]
            elements[index] = inverse * products[index]
            inverse = inverse * element
        }
    }
}
