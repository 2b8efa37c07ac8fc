"""Conclusions written by hand, as rich as real ones: what the record room is tried on."""

from dataclasses import replace

from advisor.figure import Fact, Figure
from advisor.values.decision import (
    Assumption,
    Conclusion,
    Consequence,
    Decided,
    Ranked,
    Removed,
    SixRow,
    Statement,
    Tipping,
)
from advisor.values.facts import Answer


def _answered(id: str, value: object, unit: str = "") -> tuple[str, Answer]:
    return id, Answer(Fact(id, value, unit, provenance="answered", source="advisor.yaml"), "answered")  # type: ignore[arg-type]


def _assumed(id: str, value: object, unit: str = "") -> tuple[str, Answer]:
    return id, Answer(Fact(id, value, unit, provenance="assumed", source="default"), "assumed")  # type: ignore[arg-type]


def _detected(id: str, value: object, unit: str = "", source: str = "data/tickets.jsonl") -> tuple[str, Answer]:
    return id, Answer(Fact(id, value, unit, provenance="measured", source=source), "detected")  # type: ignore[arg-type]


SOURCES = (
    ("ML_ENG", "Machine Learning Engineering Open Book", "https://github.com/stas00/ml-engineering"),
    ("LORA", "LoRA: Low-Rank Adaptation of Large Language Models", "https://arxiv.org/abs/2106.09685"),
    ("SAFETENSORS", "safetensors: a format for tensors", "https://github.com/huggingface/safetensors"),
)


def text_service() -> Conclusion:
    """A text classifier, fine-tuned with LoRA on the one GPU in house, served as an internal service."""
    return Conclusion(
        project="tickets",
        title="Fine-tune with LoRA on the one A100 in house; serve as an internal service",
        summary="Support tickets are sorted by hand into 24 queues. 12,140 labelled tickets exist; a ticket must "
        "be sorted while the customer still types (50 ms at the 99th percentile), 4 a second at peak. The data "
        "stay on the premises. Two engineers run it beside other work.",
        answers=dict(
            [
                _answered("purpose.goal", "Fewer tickets that land in the wrong queue"),
                _answered("task", "text_clf"),
                _answered("data.may_leave", "same_premises_only"),
                _answered("serving.load.peak", 4, "1/s"),
                _answered("serving.latency", 50, "ms"),
                _answered("train.deadline", 12, "h"),
                _answered("team", "small_no_infra"),
                _answered("client.memory", 2e9, "bytes"),
                _detected("data.samples", 12140, "samples"),
                _detected("model.parameters", 109_489_944, "parameters", "model.safetensors"),
                _assumed("model.secrecy", "medium"),
                _assumed("train.sequence", 512, "tokens"),
                _assumed("serving.offline", False),
                _assumed("data.sensitive", ("personal",)),
            ]
        ),
        decisions=(
            Decided(
                id="g_train_mode",
                title="What is trained?",
                status="decided",
                chosen=("lora",),
                chosen_names=("LoRA adapter",),
                because=(
                    "12,140 examples rarely repay more than an adapter",
                    "the base model stays as it was published and can be shared",
                ),
                ranking=(
                    Ranked("lora", "LoRA adapter", 0.84, ("97 MB to hand over",), ("one more file",)),
                    Ranked(
                        "full_finetune",
                        "Full fine-tuning",
                        0.13,
                        ("a little more accurate where labels are many",),
                        ("58 GB of memory (53–64) instead of 18", "the whole model is to be stored for each release"),
                    ),
                    Ranked("linear_probe", "Linear head on frozen features", 0.03),
                ),
                removed=(
                    Removed(
                        "from_scratch",
                        "Training from scratch",
                        "data.samples",
                        "10 M examples",
                        "12,140",
                        "a model of this size learns too little from so few examples",
                    ),
                ),
                tipping=(Tipping("data.samples", 12140, 210000, "samples", "full_finetune"),),
                consequences=(Consequence(True, "an adapter of 97 MB can be rolled back in seconds"),),
                sources=("LORA",),
            ),
            Decided(
                id="d_placement",
                title="Where does training run?",
                status="decided",
                chosen=("single_gpu",),
                chosen_names=("One GPU",),
                because=("it trains in 1.9 of the 12 h allowed on hardware that is there",),
                ranking=(
                    Ranked("single_gpu", "One GPU", 0.91),
                    Ranked(
                        "node_multi_gpu",
                        "One node with 8 GPUs",
                        0.09,
                        ("1.6 h less a run",),
                        ("six times the cost for time that nobody needs",),
                    ),
                ),
                removed=(
                    Removed("cloud_spot", "Spot cloud", "data.may_leave", "same premises", "", "the data would leave"),
                    Removed(
                        "managed", "Managed training", "data.may_leave", "same premises", "", "the data would leave"
                    ),
                ),
                tipping=(Tipping("train.deadline", 12, 1.7, "h", "node_multi_gpu"),),
                consequences=(
                    Consequence(False, "training and serving share one GPU: retrain at night, or the p99 is missed"),
                ),
            ),
            Decided("d_parallel", "Which parallelism?", "not_needed", (), (), ("one device holds it all",)),
            Decided(
                id="d_memory",
                title="Which memory savers?",
                status="decided",
                chosen=("bf16", "checkpointing"),
                chosen_names=("bf16 mixed precision", "activation checkpointing"),
                because=("18 GB (14–22) of 79.2 are used: no further saver is needed",),
            ),
            Decided(
                id="d_data_format",
                title="How are samples stored?",
                status="decided",
                chosen=("arrow_mmap",),
                chosen_names=("Arrow, memory-mapped",),
                because=("182 MB of JSONL become 40 M tokens that are read at random",),
                ranking=(
                    Ranked("arrow_mmap", "Arrow, memory-mapped", 0.66),
                    Ranked("parquet", "Parquet", 0.34, ("one format for analysis and training",), ("coarse shuffle",)),
                ),
                removed=(
                    Removed(
                        "token_bin_memmap",
                        "Flat token file",
                        "task",
                        "text gen",
                        "text clf",
                        "it holds text to continue",
                    ),
                ),
            ),
            Decided(
                id="d_preproc",
                title="When are data prepared?",
                status="decided",
                chosen=("once",),
                chosen_names=("Tokenise once, before training",),
                because=("it takes 40 s on 16 CPUs and is the same every epoch",),
            ),
            Decided(
                id="d_artefact",
                title="What is handed over?",
                status="decided",
                chosen=("safetensors_config",),
                chosen_names=("safetensors + config + tokenizer",),
                because=("nothing in it can run code when it is loaded",),
                sources=("SAFETENSORS",),
            ),
            Decided(
                id="d_topology",
                title="Where does the model run at prediction time?",
                status="decided",
                chosen=("rpc_service",),
                chosen_names=("Internal service",),
                because=("it is the simplest option that the three limits leave",),
                ranking=(
                    Ranked("rpc_service", "Internal service", 0.78),
                    Ranked(
                        "embedded_lib",
                        "Library in the calling process",
                        0.22,
                        ("no network between the caller and the model",),
                        ("a copy of the weights for each process",),
                    ),
                ),
                removed=(
                    Removed("hosted_api", "Hosted API", "data.may_leave", "same premises", "", "the data would leave"),
                    Removed(
                        "on_device",
                        "On the agents' clients",
                        "client.memory",
                        "2 GB",
                        "3.2 GB at 4 bits",
                        "it fits none of the thin clients",
                    ),
                ),
                tipping=(Tipping("serving.load.peak", 4, 9.5, "1/s", "embedded_lib"),),
                consequences=(
                    Consequence(True, "one process to train and one to serve"),
                    Consequence(False, "an adapter in the service's memory is as secret as the server"),
                ),
            ),
            Decided(
                id="d_runtime",
                title="Which runtime?",
                status="too_close",
                chosen=("onnxruntime",),
                chosen_names=("ONNX Runtime",),
                because=("it runs encoders of this size on the CPU as well",),
                ranking=(
                    Ranked("onnxruntime", "ONNX Runtime", 0.51),
                    Ranked("triton", "Triton", 0.49, ("dynamic batching",), ("one more server to run",)),
                ),
                tipping=(Tipping("serving.load.peak", 4, 9.5, "1/s", "triton"),),
                cheapest_question="serving.load.mean",
            ),
            Decided(
                id="d_metrics",
                title="Which metrics decide?",
                status="decided",
                chosen=("macro_f1", "per_class_recall"),
                chosen_names=("macro F1", "recall of each class"),
                because=("24 queues of very different size: accuracy would hide the small ones",),
                consequences=(Consequence(False, "a split by customer is needed, and smaller test sets with it"),),
            ),
        ),
        estimates={
            "train.step": Figure(
                "train.step", 0.61, 0.55, 0.70, "s", "step_time", ("model.parameters", "rate.gpu0.matmul.bfloat16")
            ),
            "train.run": Figure("train.run", 6840, 5400, 9000, "s", "run_time", ("data.samples",), "answered"),
            "train.memory.peak": Figure(
                "train.memory.peak",
                18e9,
                14e9,
                22e9,
                "bytes",
                "mem_states",
                ("model.parameters", "train.sequence"),
                "assumed",
            ),
            "train.cost.run": Figure("train.cost.run", 3.8, 2.9, 5.1, "USD", "cost", ("price.a100",), "published"),
            "serve.latency": Figure("serve.latency", 0.012, 0.009, 0.017, "s", "serve_latency", ("serving.load.peak",)),
        },
        facts={
            "machine.cpus": Fact("machine.cpus", 16, "", source="cgroup quota of 64"),
            "machine.memory": Fact("machine.memory", 118e9, "bytes", source="/sys/fs/cgroup/memory.max"),
            "rate.gpu0.matmul.bfloat16": Fact(
                "rate.gpu0.matmul.bfloat16", 2.31e14, "flop/s", 2.2e14, 2.4e14, "measured", "kernels/matmul.py"
            ),
            "price.a100": Fact("price.a100", 2.0, "USD/h", 1.5, 2.7, "published", "catalogue of 2026-11-23"),
            "machine.shm": Fact("machine.shm", None, "bytes", gap="/dev/shm is not mounted"),
        },
        six=(
            SixRow("Where are the data, in which format?", "one server, JSONL, 182 MB, 40 M tokens", "detected"),
            SixRow(
                "Does the model fit in memory?",
                "training 18 GB (14–22) of 79.2; full fine-tuning 58 (53–64)",
                "computed",
            ),
            SixRow("How many GPUs to train efficiently?", "1; a second saves 0.9 h that nobody needs", "computed"),
            SixRow("How long may training take?", "12 h a run, 5 runs; needs 1.9 h (1.5–2.5)", "answered, computed"),
            SixRow("How is data preprocessed?", "tokenised once, 40 s on 16 CPUs; same code in serving", "computed"),
            SixRow("Which metrics matter?", "macro F1, recall of each queue; split by customer", "assumed"),
        ),
        statements=(
            Statement("personal_data", "tickets hold personal data: a way to forget a customer is needed", ("ML_ENG",)),
        ),
        assumptions=(
            Assumption("model.secrecy", "medium", "", 0.1),
            Assumption("train.sequence", 512, "tokens", 0.2),
            Assumption("serving.offline", False, "", 0.0),
            Assumption("data.sensitive", ("personal",), "", 0.0),
        ),
        drivers=(
            "must: the data stay on the premises; 50 ms at p99; operable by two people",
            "wants, in order: simplicity, cost, latency, secrecy of the adapter",
        ),
        catalog_as_of="2026-11-23",
        review_by="2027-05-24",
        advisor_version="0.1.0",
        sources=SOURCES,
        digest="7f3a9c0142d85be6aa10c3f4",
    )


def tabular_library() -> Conclusion:
    """Gradient-boosted trees on a laptop, embedded in the calling process: little is needed, little is said."""
    whole = text_service()
    return replace(
        whole,
        project="churn",
        title="Train boosted trees on this laptop; embed them in the calling service",
        summary="20,640 rows with 8 columns predict a price. The caller is a JVM service that answers in 5 ms.",
        answers=dict([_answered("task", "tabular_reg"), _assumed("serving.load.peak", 10, "1/s")]),
        decisions=(
            Decided(
                "g_train_mode",
                "What is trained?",
                "decided",
                ("from_scratch",),
                ("Boosted trees from scratch",),
                ("trees are the strongest baseline on 20,640 rows",),
            ),
            Decided(
                "d_placement",
                "Where does training run?",
                "decided",
                ("laptop_cpu",),
                ("This laptop",),
                ("a run takes 9 s",),
                consequences=(Consequence(True, "nothing has to be rented"),),
            ),
            Decided("d_parallel", "Which parallelism?", "not_needed", (), (), ("one process is enough",)),
            Decided(
                "d_topology",
                "Where does the model run at prediction time?",
                "decided",
                ("embedded_lib",),
                ("Library in the calling process",),
                ("5 ms leave no room for a network",),
                removed=(
                    Removed(
                        "rpc_service", "Service", "serving.latency", "5 ms", "8 ms", "the network alone takes longer"
                    ),
                ),
            ),
            Decided("d_artefact", "What is handed over?", "decided", ("onnx",), ("ONNX",), ("the JVM reads it",)),
        ),
        estimates={"train.run": Figure("train.run", 9.0, 5.0, 16.0, "s", "trees_time", (), "assumed")},
        facts={},
        statements=(),
        assumptions=(Assumption("serving.load.peak", 10, "1/s", 0.0),),
        drivers=("must: 5 ms at p99",),
        digest="aaaa1111bbbb2222",
    )


def infeasible() -> Conclusion:
    """The limits exclude each other: the record says which, and what would have to give."""
    whole = text_service()
    return replace(
        whole,
        title="No architecture meets every limit: secrecy and offline use exclude each other",
        decisions=(
            whole.decisions[0],
            Decided(
                "d_topology",
                "Where does the model run at prediction time?",
                "infeasible",
                (),
                (),
                (),
                removed=(
                    Removed(
                        "rpc_service", "Internal service", "serving.offline", "works offline", "needs a network", ""
                    ),
                    Removed("on_device", "On device", "model.secrecy", "existential", "weights in clear", ""),
                ),
                tipping=(Tipping("serving.offline", True, False, "", "rpc_service"),),
            ),
        ),
        statements=(),
        digest="dead0000beef1111",
    )


def bare() -> Conclusion:
    """Nothing is known beyond the task: every list is empty."""
    return Conclusion(
        project="",
        title="",
        summary="",
        answers={},
        decisions=(),
        estimates={},
        facts={},
        six=(),
        statements=(),
        assumptions=(),
        drivers=(),
        catalog_as_of="",
        review_by="",
        advisor_version="0.1.0",
        sources=(),
        digest="0",
    )


ALL = {"text_service": text_service, "tabular_library": tabular_library, "infeasible": infeasible, "bare": bare}
