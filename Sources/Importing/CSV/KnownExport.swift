/// A table that a payment provider exports of a merchant's account, always in the same form: the mapping
/// for it is ready, but for the account.
///
/// Only ledgers of an account are among them. Lists of payments also have those that a card or a bank
/// account paid, and a bank's statement has them again.
struct KnownExport: Sendable {
    /// What the provider calls it.
    let name: String
    let type: String
    /// The names of the columns, with brackets of ASCII.
    let header: [String]
    let date: DateForm
    let decimal = Mapping.Decimal.point
    let constants: [Mapping.Constant]
    let columns: [Mapping.Column]
    /// What the first line behind the rows begins with.
    let end: String

    static let all: [KnownExport] = [alipay, wechatPay].compactMap(\.self)

    /// The one whose header this is.
    static func of(_ header: [String], as type: String) -> KnownExport? {
        let plain = header.map(plain)
        return all.first { $0.type == type && $0.header == plain }
    }

    /// Its columns under the names that `header` has for them.
    func columns(in header: [String]) -> [Mapping.Column] {
        let names = Dictionary(header.map { (Self.plain($0), $0) }) { first, _ in first }
        func named(_ column: String) -> String { names[column] ?? column }
        return columns.map { column in
            Mapping.Column(
                field: column.field, from: column.from.map(named),
                negative: column.negative.map { condition in
                    .init(column: named(condition.column), values: condition.values)
                },
                minus: column.minus.map(named), when: column.when)
        }
    }

    /// The brackets of some years are Chinese, of others ASCII.
    private static func plain(_ name: String) -> String {
        name.trimmed.replacing("（", with: "(").replacing("）", with: ")")
    }

    private static func column(
        _ field: String, _ from: String..., negative: Mapping.Condition? = nil, minus: String? = nil
    ) -> Mapping.Column {
        .init(field: field, from: from, negative: negative, minus: minus, when: nil)
    }

    private static let yuan = Mapping.Constant(field: "currency", value: "CNY")

    /// 支付宝账务明细: the entries of a merchant's account with Alipay.
    private static let alipay = DateForm("yyyy-MM-dd").map { date in
        KnownExport(
            name: "支付宝账务明细", type: "bank-entry",
            header: [
                "账务流水号", "业务流水号", "商户订单号", "商品名称", "发生时间", "对方账号", "收入金额(+元)",
                "支出金额(-元)", "账户余额(元)", "交易渠道", "业务类型", "备注",
            ],
            date: date, constants: [yuan],
            columns: [
                column("booking_date", "发生时间"),
                column("amount", "收入金额(+元)", minus: "支出金额(-元)"),
                column("counterpart_name", "对方账号"),
                column("remittance", "业务类型", "商品名称", "备注"),
                column("end_to_end_id", "商户订单号"), column("servicer_reference", "账务流水号"),
            ],
            end: "#")
    }

    /// 微信支付资金账单: the entries of a merchant's account with WeChat Pay.
    private static let wechatPay = DateForm("yyyy-MM-dd").map { date in
        KnownExport(
            name: "微信支付资金账单", type: "bank-entry",
            header: [
                "记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额(元)",
                "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号",
            ],
            date: date, constants: [yuan],
            columns: [
                column("booking_date", "记账时间"),
                column(
                    "amount", "收支金额(元)", negative: .init(column: "收支类型", values: ["支出"])),
                column("remittance", "业务类型", "备注"), column("end_to_end_id", "业务凭证号"),
                column("servicer_reference", "资金流水单号"),
            ],
            end: "资金流水总笔数")
    }
}
