// Prints what log4brains makes of the records of the project named as argument.
const { Log4brains } = require("@log4brains/core");

(async () => {
  const records = await Log4brains.createFromCwd(process.argv[2]).searchAdrs();
  const seen = records.map(({ slug, title, status, supersededBy, publicationDate }) => ({
    slug,
    title,
    status,
    supersededBy,
    date: publicationDate && new Date(publicationDate).toISOString().slice(0, 10),
  }));
  console.log(JSON.stringify(seen));
})();
